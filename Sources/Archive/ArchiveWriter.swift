import Foundation
import GRDB
import Reports

/// The archive as the one who keeps reports in it has it.
///
/// What was kept survives the program's death and the machine's: each transaction is flushed to the disk before its
/// function returns (`synchronous` is FULL, as what was kept is then removed from the spool). Two writers, in one or two
/// programs, take turns; ten seconds without a turn is an error.
public struct ArchiveWriter: Sendable {
    /// The same archive, to ask.
    public let reader: ArchiveReader
    let database: DatabasePool

    /// The archive's file.
    public var path: String { reader.path }

    /// Opens an archive, brings it to this version's format, and makes it if there is none.
    ///
    /// A file that is damaged, of a later version, or no archive at all is refused and left as it is.
    ///
    /// - Parameters:
    ///   - check: how thoroughly to look for damage first.
    ///   - memory: how much of the file to hold in memory.
    ///   - makesIt: whether to make one where there is none.
    /// - Throws: `ArchiveError` with `missing`, `notADatabase`, `notAnArchive`, `tooNew`, `damaged` or another cause.
    public static func open(
        _ path: String, check: IntegrityCheck = .atStart, memory: ArchiveMemory = .ample, makesIt: Bool = true
    ) async throws -> ArchiveWriter {
        try await blocking("opening", path) {
            let file = ArchiveFile(path: path)
            if makesIt, !file.exists { try file.create() }
            try file.checkIdentity()
            try file.inspect(check: check)
            return try ArchiveWriter(path: path, synchronous: .full, memory: memory)
        }
    }

    /// Opens an archive that another part of the program makes and keeps open.
    ///
    /// - Throws: as `open(_:check:memory:makesIt:)`, with `missing` where there is none.
    public static func openBeside(_ path: String) async throws -> ArchiveWriter {
        try await open(path, check: .none, memory: .modest, makesIt: false)
    }

    enum Synchronous: String { case off, full }

    init(path: String, synchronous: Synchronous, memory: ArchiveMemory = .ample) throws {
        database = try DatabasePool(path: path, configuration: ArchiveFile.configuration(memory))
        try Schema.migrator.migrate(database)
        // After opening, as GRDB sets it to NORMAL then.
        try database.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = \(synchronous.rawValue)")
        }
        reader = ArchiveReader(path: path, database: database)
    }

    /// Closes the archive's files, once all that was begun is done.
    public func close() async throws {
        try await blocking("closing", path) { try closeNow() }
    }

    func closeNow() throws {
        // The writing connection must be the last to go: it takes the write-ahead log along.
        database.invalidateReadOnlyConnections()
        try database.close()
    }

    /// Changes the archive in one transaction.
    func change<Value: Sendable>(
        _ operation: String, _ updates: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do { return try await database.write(updates) } catch { throw ArchiveError.explain(error, operation, path) }
    }
}
