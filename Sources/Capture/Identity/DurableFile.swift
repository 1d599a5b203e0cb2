import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Steps on files whose outcome survives a power cut once the folder is synced.
enum DurableFile {
    /// Whether something has that name, a dangling link included.
    static func exists(_ path: FilePath) -> Bool {
        var status = stat()
        return lstat(path.string, &status) == 0
    }

    /// Makes a folder with the given permissions, and the folders above it; one that exists is left as it is.
    static func makeFolder(_ path: FilePath, mode: mode_t) throws(IdentityError) {
        if exists(path) { return }
        let parent = path.removingLastComponent()
        if !parent.isEmpty { try makeFolder(parent, mode: 0o755) }
        if mkdir(path.string, mode) != 0 && errno != EEXIST { throw failure("make the folder", path) }
        try syncFolder(parent.isEmpty ? "." : parent)
    }

    /// Writes a new file whole and syncs it; one of that name is replaced.
    static func write(_ bytes: [UInt8], to path: FilePath, mode: mode_t) throws(IdentityError) {
        if exists(path) { try remove(path) }
        do {
            let permissions = FilePermissions(rawValue: mode)
            let file = try FileDescriptor.open(path, .writeOnly, options: [.create, .exclusiveCreate], permissions: permissions)
            try file.closeAfter {
                try file.writeAll(bytes)
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
        } catch {
            throw .notWritten(path: path, operation: "write", cause: error as? Errno ?? .ioError)
        }
    }

    /// Gives a file a second name, in place of what had it.
    static func keep(_ path: FilePath, as other: FilePath) throws(IdentityError) {
        if exists(other) { try remove(other) }
        if link(path.string, other.string) != 0 { throw failure("keep a copy of", path) }
    }

    static func rename(_ path: FilePath, to other: FilePath) throws(IdentityError) {
        if systemRename(path.string, other.string) != 0 { throw failure("rename", path) }
    }

    static func remove(_ path: FilePath) throws(IdentityError) {
        if unlink(path.string) != 0 { throw failure("remove", path) }
    }

    /// Makes what was made, renamed and removed in a folder durable.
    static func syncFolder(_ path: FilePath) throws(IdentityError) {
        do {
            let folder = try FileDescriptor.open(path, .readOnly)
            try folder.closeAfter {
                guard fsync(folder.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
        } catch {
            throw .notWritten(path: path, operation: "sync the folder", cause: error as? Errno ?? .ioError)
        }
    }

    private static func failure(_ operation: String, _ path: FilePath) -> IdentityError {
        .notWritten(path: path, operation: operation, cause: Errno(rawValue: errno))
    }
}

/// The system call, whose name `DurableFile.rename` hides.
private func systemRename(_ path: String, _ other: String) -> Int32 { rename(path, other) }
