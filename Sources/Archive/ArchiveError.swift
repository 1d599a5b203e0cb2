import GRDB

/// Why the archive could not do what was asked. The facts in it are as they were before.
public struct ArchiveError: Error, Equatable, CustomStringConvertible {
    /// What was tried, such as `opening` or `keeping a report`.
    public var operation: String
    /// The file of the archive.
    public var path: String
    public var cause: Cause

    public enum Cause: Equatable, Sendable {
        /// There is no file there.
        case missing
        /// The file is not an SQLite database, or an empty one.
        case notADatabase
        /// The file is an SQLite database of another program.
        case notAnArchive
        /// A newer version of this program wrote it.
        case tooNew
        /// The database's structure is damaged; the text is SQLite's finding.
        case damaged(String)
        /// Another program writes to it and did not let go in time.
        case inUse
        /// This user may not write to it.
        case readOnly
        /// The disk is full.
        case diskFull
        /// The report names no Envoy, so its rows can't be identified.
        case noEnvoy
        /// The database refuses this very report, and would refuse no other; the text is SQLite's.
        case refused(String)
        /// What the database or the system says otherwise.
        case other(String)
    }

    public init(_ operation: String, _ path: String, _ cause: Cause) {
        self.operation = operation
        self.path = path
        self.cause = cause
    }

    public var description: String { "\(operation) \(path): \(cause)" }

    /// What a person may do about it; nil where nothing general can be said.
    public var hint: String? {
        switch cause {
        case .missing: "check the path; the archive is made when the proxy first starts"
        case .notADatabase: "move it away, and make the archive again from the spool with `heliograph replay`; it was left as it is"
        case .notAnArchive: "name another file, or move this one away; it was left as it is"
        case .tooNew: "run the version that wrote it or a later one; the file was left as it is"
        case .damaged: "make the archive again from the spool with `heliograph replay`; the file was left as it is"
        case .inUse: "stop the other program that writes to it"
        case .diskFull: "free space on its disk"
        case .readOnly: "give the file, its folder, and FILE-wal and FILE-shm beside it to the user that heliograph runs as"
        case .noEnvoy, .refused, .other: nil
        }
    }
}

extension ArchiveError {
    /// Whether the file holds no archive that this program can use.
    public var isUnusable: Bool {
        switch cause {
        case .damaged, .notADatabase, .notAnArchive, .tooNew: true
        default: false
        }
    }

    /// Whether another report may be kept all the same.
    public var concernsOneReport: Bool {
        switch cause {
        case .noEnvoy, .refused: true
        default: false
        }
    }
}

extension ArchiveError.Cause: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing: "there is no such file"
        case .notADatabase: "it is not an SQLite database"
        case .notAnArchive: "it is a database of another program"
        case .tooNew: "a newer version of heliograph wrote it"
        case .damaged(let finding): "it is damaged: \(finding)"
        case .inUse: "another program is writing to it"
        case .diskFull: "the disk is full"
        case .readOnly: "this user may not write to it"
        case .noEnvoy: "the report names no Envoy"
        case .refused(let text): "it is refused: \(text)"
        case .other(let text): text
        }
    }
}

extension ArchiveError {
    /// Puts what GRDB and the system throw in this target's words; errors already in them, and cancellation, stay.
    static func explain(_ error: any Error, _ operation: String, _ path: String) -> any Error {
        guard !(error is ArchiveError), !(error is CancellationError) else { return error }
        guard let error = error as? DatabaseError else { return ArchiveError(operation, path, .other("\(error)")) }
        let text = error.message ?? error.description
        let cause: Cause =
            switch error.resultCode {
            case .SQLITE_CORRUPT: .damaged(text)
            case .SQLITE_NOTADB: .notADatabase
            case .SQLITE_BUSY, .SQLITE_LOCKED: .inUse
            case .SQLITE_FULL: .diskFull
            case .SQLITE_READONLY: .readOnly
            case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG, .SQLITE_RANGE: .refused(text)
            default: .other(text)
            }
        return ArchiveError(operation, path, cause)
    }
}
