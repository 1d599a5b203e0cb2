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
                do {
                    try file.checkIdentity()
                    try file.inspect(check: .none)
                } catch let error as ArchiveError {
                    guard case .damaged = error.cause else { throw error }
                } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {}
            }
            let draft = path + ".rebuild"
            try FilePair(path: draft).remove()
            try ArchiveFile(path: draft).create()
            return ArchiveRebuild(writer: try ArchiveWriter(path: draft, synchronous: .off), path: path)
        }
    }

    /// Puts the new archive in the old one's place, and takes over what no report tells: the publishers' cursors, alerts, the
    /// roof's layout.
    ///
    /// Nobody may have the old one open, in any program: whoever has would go on writing to a file without a name.
    ///
    /// - Returns: what the old one is too damaged to give.
    /// - Throws: `ArchiveError` with `inUse` if somebody has; the new archive is still there then, and can be finished
    ///   later. Otherwise with `diskFull` or another cause.
    @discardableResult
    public func finish() async throws -> [Inheritance] {
        try await blocking("replacing", path) {
            let old = try ReplacedArchive(path: path)
            let lost = try old?.bequeath(to: writer.database) ?? []
            try writer.closeNow()
            let log = try? FileManager.default.attributesOfItem(atPath: writer.path + "-wal")[.size] as? Int
            // The new file alone takes the old one's name: no row of it may be left in its log.
            guard log ?? 0 == 0 else { throw ArchiveError("replacing", writer.path, .inUse) }
            try flush(writer.path)
            try old?.clearAway()
            guard rename(writer.path, path) == 0 else { throw systemError("replacing", path) }
            try flush((path as NSString).deletingLastPathComponent)
            return lost
        }
    }

    /// What an archive has that is in no report.
    public enum Inheritance: String, CaseIterable, Sendable {
        /// How far each publisher has come. Where it can't be told which rows that were, the numbers stand as they are.
        case cursors
        case alerts
        /// The roof's layout.
        case roof
    }

    /// Removes the new archive; the old one stays.
    public func abandon() async throws {
        try await blocking("removing", writer.path) {
            try writer.closeNow()
            try FilePair(path: writer.path).remove()
        }
    }
}

/// The archive that is replaced: nobody else may have it open.
private struct ReplacedArchive {
    let path: String

    /// nil if there is none.
    init?(path: String) throws {
        guard ArchiveFile(path: path).exists else { return nil }
        self.path = path
        var configuration = ArchiveFile.configuration()
        configuration.busyMode = .immediateError
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            // Leaving WAL succeeds for the only connection there is, and takes the log's files away.
            try queue.writeWithoutTransaction { db in _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE") }
            try queue.close()
        } catch let error as DatabaseError where error.isOfDamage {}
    }

    /// Copies what no report tells, as far as it can be read.
    ///
    /// - Returns: what could not.
    func bequeath(to new: DatabasePool) throws -> [ArchiveRebuild.Inheritance] {
        try new.writeWithoutTransaction { db in
            do { try db.execute(sql: "ATTACH ? AS old", arguments: [path]) } catch let error as DatabaseError where error.isOfDamage {
                return ArchiveRebuild.Inheritance.allCases
            }
            defer { try? db.execute(sql: "DETACH old") }  // The connection is closed next in any case.
            return try ArchiveRebuild.Inheritance.allCases.filter { part in
                do {
                    try db.inTransaction {
                        switch part {
                        case .cursors: try CursorTransfer.run(in: db)
                        case .alerts: try AlertTransfer.run(in: db)
                        case .roof: try RoofLayout.takeOver(in: db)
                        }
                        return .commit
                    }
                    return false
                } catch let error as DatabaseError where error.isOfDamage {
                    if part == .cursors { try? CursorTransfer.copy(in: db) }  // They may be unreadable themselves.
                    return true
                }
            }
        }
    }

    /// A log that stayed beside a damaged file would be taken for the new file's.
    func clearAway() throws {
        for suffix in ["-wal", "-shm", "-journal"] where unlink(path + suffix) != 0 && errno != ENOENT {
            throw systemError("removing", path + suffix)
        }
    }
}

extension DatabaseError {
    /// Whether it may come from the damaged file that is read.
    fileprivate var isOfDamage: Bool {
        // SQLITE_ERROR: a table that should be there is not.
        [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_IOERR, .SQLITE_ERROR].contains(resultCode)
    }
}
