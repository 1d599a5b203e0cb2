import Dispatch
import GRDB

/// An archive to ask: what the Envoys have told, by time, by panel, by day.
///
/// Any number of readers, in this and other programs, may ask while one `ArchiveWriter` keeps reports; each question sees
/// the archive as it is when it is asked. All functions wait off Swift's cooperative threads, and throw `ArchiveError`, or
/// `CancellationError` when their task is cancelled.
public struct ArchiveReader: Sendable {
    /// The archive's file.
    public let path: String
    let database: any DatabaseReader

    /// Opens an archive for reading only. The file stays as it is.
    ///
    /// - Parameters:
    ///   - check: how thoroughly to look for damage first.
    ///   - memory: how much of the file each connection holds in memory.
    ///   - readers: how many questions are answered at once, at least 1; others wait.
    /// - Throws: `ArchiveError` with `missing`, `notADatabase`, `notAnArchive`, `tooNew`, `damaged` or another cause.
    public static func open(
        _ path: String, check: IntegrityCheck = .none, memory: ArchiveMemory = .ample, readers: Int = 5
    ) async throws -> ArchiveReader {
        try await blocking("opening", path) {
            let file = ArchiveFile(path: path)
            try file.checkIdentity()
            try file.inspect(check: check)
            var configuration = ArchiveFile.configuration(memory)
            configuration.readonly = true
            configuration.maximumReaderCount = max(1, readers)
            return ArchiveReader(path: path, database: try DatabasePool(path: path, configuration: configuration))
        }
    }

    /// Closes the archive's files, once all questions are answered.
    public func close() async throws {
        try await blocking("closing", path) { try database.close() }
    }

    /// Reads from one state of the archive.
    func ask<Value: Sendable>(
        _ operation: String, _ question: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do { return try await database.read(question) } catch { throw ArchiveError.explain(error, operation, path) }
    }
}

/// Does what blocks off Swift's cooperative threads.
func blocking<Value: Sendable>(
    _ operation: String, _ path: String, _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            continuation.resume(
                with: Result(catching: work).mapError { ArchiveError.explain($0, operation, path) })
        }
    }
}
