import Foundation
import GRDB

/// An archive that is made anew beside the one in use, and takes its place at once when it is complete.
///
/// Until `finish`, and if the program dies before, the old archive is what it was. A damaged archive can be replaced;
/// one of a later version, or a file that is no archive, can not.
public struct ArchiveRebuild: Sendable {
    /// Where to keep the reports. It does not flush transactions: all is flushed by `finish`.
    public let writer: ArchiveWriter
    /// The file to replace.
    public let path: String

    /// Begins an empty archive beside `path`, in `path.rebuild`. What an earlier attempt left there is removed.
    ///
    /// - Throws: `ArchiveError` with `notADatabase`, `notAnArchive`, `tooNew`, `diskFull` or another cause.
    public static func begin(_ path: String) async throws -> ArchiveRebuild {
        try await blocking("rebuilding", path) {
            let file = ArchiveFile(path: path)
            if file.exists {
                try file.checkHeader()
                do { try file.inspect(check: .none) } catch let error as ArchiveError {
                    guard case .damaged = error.cause else { throw error }
                } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {}
            }
            let draft = path + ".rebuild"
            try FilePair(path: draft).remove()
            try ArchiveFile(path: draft).create()
            return ArchiveRebuild(writer: try ArchiveWriter(path: draft, synchronous: .off), path: path)
        }
    }

    /// Puts the new archive in the old one's place, and takes over the publishers' cursors and the roof's layout.
    ///
    /// Nobody may have the old one open, in any program: whoever has would go on writing to a file without a name.
    ///
    /// - Throws: `ArchiveError` with `inUse` if somebody has; the new archive is still there then, and can be finished
    ///   later. Otherwise with `diskFull` or another cause.
    public func finish() async throws {
        try await blocking("replacing", path) {
            let old = try ReplacedArchive(path: path)
            if let cursors = old?.cursors { try takeOver(cursors) }
            try writer.closeNow()
            let log = try? FileManager.default.attributesOfItem(atPath: writer.path + "-wal")[.size] as? Int
            // The new file alone takes the old one's name: no row of it may be left in its log.
            guard log ?? 0 == 0 else { throw ArchiveError("replacing", writer.path, .inUse) }
            try flush(writer.path)
            try old?.clearAway()
            guard rename(writer.path, path) == 0 else { throw systemError("replacing", path) }
            try flush((path as NSString).deletingLastPathComponent)
        }
    }

    /// Removes the new archive; the old one stays.
    public func abandon() async throws {
        try await blocking("removing", writer.path) {
            try writer.closeNow()
            try FilePair(path: writer.path).remove()
        }
    }

    private func takeOver(_ cursors: [String: Int]) throws {
        try writer.database.writeWithoutTransaction { db in
            try db.execute(sql: "ATTACH ? AS old", arguments: [path])
            defer { try? db.execute(sql: "DETACH old") }  // The connection is closed next in any case.
            try CursorTransfer.run(cursors, in: db)
            try AlertTransfer.run(in: db)
            try RoofLayout.takeOver(in: db)
        }
    }
}

/// The archive that is replaced: nobody else may have it open.
private struct ReplacedArchive {
    let path: String
    /// nil if it is damaged.
    let cursors: [String: Int]?

    /// nil if there is none.
    init?(path: String) throws {
        guard ArchiveFile(path: path).exists else { return nil }
        self.path = path
        var configuration = ArchiveFile.configuration()
        configuration.busyMode = .immediateError
        do {
            cursors = try Self.retire(path, configuration)
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            cursors = nil
        }
    }

    /// Ends write-ahead logging and reads the cursors.
    private static func retire(_ path: String, _ configuration: Configuration) throws -> [String: Int] {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        // Leaving WAL succeeds for the only connection there is, and takes the log's files away.
        try queue.writeWithoutTransaction { db in _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE") }
        let cursors: [String: Int] = try queue.read { db in
            try Dictionary(
                Row.fetchAll(db, sql: "SELECT name, seq FROM cursor").map { (try $0.required(0), try $0.required(1)) },
                uniquingKeysWith: { first, _ in first })
        }
        try queue.close()
        return cursors
    }

    /// A log that stayed beside a damaged file would be taken for the new file's.
    func clearAway() throws {
        for suffix in ["-wal", "-shm", "-journal"] where unlink(path + suffix) != 0 && errno != ENOENT {
            throw systemError("removing", path + suffix)
        }
    }
}
