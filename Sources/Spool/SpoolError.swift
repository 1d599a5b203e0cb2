import SystemPackage

/// Why the spool could not do what was asked: the operation, the file it concerned, and the system's reason.
public struct SpoolError: Error, Sendable, Equatable {
    public enum Operation: String, Sendable {
        case createFolder = "create the folder"
        case openFolder = "open the folder"
        case lock = "lock the folder"
        case create = "create"
        case write = "write"
        case synchronise = "flush to the disk"
        case rename = "rename into place"
        case link = "give a second name to a file as"
        case read = "read"
        case list = "list"
        case remove = "remove"
    }

    public var operation: Operation
    public var path: FilePath
    public var cause: Errno

    public init(_ operation: Operation, _ path: FilePath, _ cause: Errno) {
        self.operation = operation
        self.path = path
        self.cause = cause
    }

    /// True where the disk, a quota or a file-size limit leaves no room: freeing space mends it.
    public var isOutOfSpace: Bool {
        cause == .noSpace || cause == .diskQuotaExceeded || cause == .fileTooLarge
    }
}

extension SpoolError: CustomStringConvertible {
    public var description: String { "cannot \(operation.rawValue) \(path): \(cause)" }

    /// What a person can do about it, in one line.
    public var hint: String {
        switch cause {
        case .noSpace, .diskQuotaExceeded: "free space on the disk that holds \(path), or name another one with --spool"
        case .readOnlyFileSystem:
            "mount \(path) for writing, or name another folder with --spool; where systemd runs heliograph and you have changed the settings: "
                + "sudo heliograph install"
        case .permissionDenied, .notPermitted:
            "make \(path) writable for the user that runs heliograph, or name another folder with --spool"
        case .resourceTemporarilyUnavailable: "stop the other heliograph that uses this spool, or give this one its own with --spool"
        default: "check the disk and the folder, or name another folder with --spool"
        }
    }
}
