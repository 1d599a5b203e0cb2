import Foundation
import GRDB
import Synchronization

/// An archive's file before it is opened: is it ours, is it sound, is it of a version we know. Nothing here writes to a file that exists.
struct ArchiveFile {
    let path: String

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// The files that were found to be archives since the start, and that this process may have open.
    private static let known = Mutex<Set<FileIdentity>>([])

    /// Refuses what is no archive: by its first 100 bytes alone, before SQLite gets to see the file, but where it may be open already, by SQLite.
    ///
    /// A process loses all its locks on a file as soon as it closes any descriptor of it (fcntl(2)); another program would then take the
    /// log away under our hands. SQLite minds that for its own descriptors; so nothing else may touch a file that it has open.
    func checkIdentity() throws {
        guard let identity = FileIdentity(path) else { throw ArchiveError("opening", path, .missing) }
        try Self.known.withLock { known in
            guard known.insert(identity).inserted else { return try checkApplication() }
            do { try checkHeader() } catch {
                known.remove(identity)
                throw error
            }
        }
    }

    private func checkHeader() throws {
        guard let file = FileHandle(forReadingAtPath: path) else { throw ArchiveError("opening", path, .other("permission denied")) }
        defer { try? file.close() }  // It was only read: nothing can be lost.
        let header = [UInt8](try file.read(upToCount: 100) ?? Data())
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw ArchiveError("opening", path, .notADatabase)
        }
        let applicationID = header[68..<72].reduce(0) { $0 << 8 | Int32($1) }
        guard applicationID == Schema.applicationID else { throw ArchiveError("opening", path, .notAnArchive) }
    }

    private func checkApplication() throws {
        var configuration = Self.configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let application = try queue.read { db in try Int32.fetchOne(db, sql: "PRAGMA application_id") }
        guard application == Schema.applicationID else { throw ArchiveError("opening", path, .notAnArchive) }
        try queue.close()
    }

    /// Refuses an archive of a later version, and one that the check finds damaged.
    func inspect(check: IntegrityCheck) throws {
        var configuration = Self.configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let (isTooNew, isKnown) = try queue.read { db in
            (try Schema.migrator.hasBeenSuperseded(db), try !Schema.migrator.appliedIdentifiers(db).isEmpty)
        }
        guard !isTooNew else { throw ArchiveError("opening", path, .tooNew) }
        guard isKnown else { throw ArchiveError("opening", path, .damaged("its tables are missing")) }
        if let damage = try check.run(on: queue) { throw ArchiveError("opening", path, .damaged(damage)) }
        try queue.close()
    }

    /// Makes an empty archive. It appears under its name complete or not at all, and never in another file's place.
    func create() throws {
        let draft = "\(path).new-\(UUID().uuidString)"
        do {
            // Reports tell where the house is: as in the spool, it is for the owner and the group. SQLite gives its log the same mode.
            let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
            guard file >= 0 else { throw systemError("making", path) }
            Foundation.close(file)
            let queue = try DatabaseQueue(path: draft, configuration: Self.configuration())
            try Schema.migrator.migrate(queue)
            try queue.writeWithoutTransaction { db in _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") }
            try queue.close()
            try flush(draft)
            guard link(draft, path) == 0 || errno == EEXIST else { throw systemError("making", path) }
        } catch {
            // The proxy tries again and again: on a full disk nothing may gather. What can't be removed is in nobody's way.
            try? FilePair(path: draft).remove()
            throw error
        }
        try FilePair(path: draft).remove()
        try flush((path as NSString).deletingLastPathComponent)
    }

    /// What all connections share.
    static func configuration(_ memory: ArchiveMemory = .ample) -> Configuration {
        var configuration = Configuration()
        configuration.label = "archive"
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA cache_size = -\(memory.rawValue)") }
        return configuration
    }
}

/// What tells a file from all others that are there at the same time.
private struct FileIdentity: Hashable {
    let device: UInt64
    let number: UInt64

    /// nil if there is no file.
    init?(_ path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        (device, number) = (UInt64(facts.st_dev), UInt64(facts.st_ino))
    }
}

/// How much of the archive's file a connection to it holds in memory, kibibytes.
public enum ArchiveMemory: Int, Sendable {
    /// For a program that runs for years.
    case modest = 2_000
    /// For one that works through much and ends: the indexes' ends and the sums of many reports stay in memory.
    case ample = 16_000
}

/// A database's file with those that SQLite keeps beside it.
struct FilePair {
    let path: String

    /// Removes whatever of it is there.
    func remove() throws {
        for suffix in ["-wal", "-shm", "-journal", ""] where unlink(path + suffix) != 0 && errno != ENOENT {
            throw systemError("removing", path + suffix)
        }
    }
}

/// Sees to it that a file's bytes, or a folder's names, are on the disk. An empty path is the current folder.
func flush(_ path: String) throws {
    let descriptor = open(path.isEmpty ? "." : path, O_RDONLY)
    guard descriptor >= 0 else { throw systemError("flushing", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw systemError("flushing", path) }
}

func systemError(_ operation: String, _ path: String) -> ArchiveError {
    ArchiveError(operation, path, errno == ENOSPC ? .diskFull : .other(String(cString: strerror(errno))))
}
