import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The blocking calls on files and folders that the spool is made of, each failing with a ``SpoolError``.
enum Files {
    static func create(_ path: FilePath) throws(SpoolError) -> FileDescriptor {
        do {
            return try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite, .groupRead])
        } catch { throw SpoolError(.create, path, cause(error)) }
    }

    static func openFolder(_ path: FilePath) throws(SpoolError) -> FileDescriptor {
        do { return try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec]) } catch {
            throw SpoolError(.openFolder, path, cause(error))
        }
    }

    /// Makes a folder and those above it, where they are missing.
    static func createFolder(_ path: FilePath) throws(SpoolError) {
        var info = stat()
        if stat(path.string, &info) == 0, info.st_mode & S_IFMT == S_IFDIR { return }
        let parent = path.removingLastComponent()
        if !parent.isEmpty, parent != path { try createFolder(parent) }
        guard mkdir(path.string, 0o750) == 0 || errno == EEXIST else { throw SpoolError(.createFolder, path, Errno(rawValue: errno)) }
        // The new folder's name must outlast a power cut, too.
        let above = try openFolder(parent.isEmpty ? "." : parent)
        defer { close(above.rawValue) }
        try synchronise(above, parent)
    }

    static func synchronise(_ descriptor: FileDescriptor, _ path: FilePath) throws(SpoolError) {
        guard fsync(descriptor.rawValue) == 0 else { throw SpoolError(.synchronise, path, Errno(rawValue: errno)) }
    }

    /// Renames, but never over a file that is there.
    static func rename(_ from: FilePath, to destination: FilePath) throws(SpoolError) {
        guard !exists(destination) else { throw SpoolError(.rename, destination, .fileExists) }
        guard systemRename(from.string, destination.string) == 0 else {
            throw SpoolError(.rename, destination, Errno(rawValue: errno))
        }
    }

    static func remove(_ path: FilePath) throws(SpoolError) { _ = try removes(path) }

    /// - Returns: whether it was there.
    static func removes(_ path: FilePath) throws(SpoolError) -> Bool {
        if unlink(path.string) == 0 { return true }
        guard errno == ENOENT else { throw SpoolError(.remove, path, Errno(rawValue: errno)) }
        return false
    }

    static func exists(_ path: FilePath) -> Bool { access(path.string, F_OK) == 0 }

    /// Lets the disk begin to take what was written, without waiting: what is flushed afterwards, one file after another,
    /// is then already under way, and many files share the file system's transactions.
    static func beginWriteback(_ descriptor: FileDescriptor) {
        #if os(Linux)
            // In Linux this advice starts the writing (posix_fadvise(2)). What counts is the flush that follows, and its error.
            _ = posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
        #endif
    }

    /// Makes the names in a folder durable.
    static func synchronise(folder: FilePath) throws(SpoolError) {
        let descriptor = try openFolder(folder)
        // Only names are flushed through it; closing it has nothing to report.
        defer { try? descriptor.close() }
        try synchronise(descriptor, folder)
    }

    static func write(_ bytes: [UInt8], to descriptor: FileDescriptor, _ path: FilePath) throws(SpoolError) {
        do { try descriptor.writeAll(bytes) } catch { throw SpoolError(.write, path, cause(error)) }
    }

    static func copy(_ source: FilePath, to target: FileDescriptor) throws(SpoolError) {
        try readThrough(source) { piece throws(SpoolError) in try write(piece, to: target, source) }
    }

    /// The names in a folder, in no order.
    static func names(in path: FilePath) throws(SpoolError) -> [String] {
        var names: [String] = []
        try forEachName(in: path) { names.append($0) }
        return names
    }

    /// Goes through the names in a folder, one at a time, in no order.
    static func forEachName(in path: FilePath, _ body: (String) -> Void) throws(SpoolError) {
        guard let folder = opendir(path.string) else { throw SpoolError(.list, path, Errno(rawValue: errno)) }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { body(name) }
        }
    }

    /// Takes a folder for this process alone, until what is returned is closed: `.lock` in it is held with flock.
    static func lock(_ folder: FilePath) throws(SpoolError) -> FileDescriptor {
        let path = folder.appending(".lock")
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .closeOnExec], permissions: [.ownerReadWrite, .groupRead])
        } catch { throw SpoolError(.create, path, cause(error)) }
        guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            let reason = Errno(rawValue: errno)
            // Nothing was written through it: closing it can lose nothing.
            try? descriptor.close()
            throw SpoolError(.lock, folder, reason)
        }
        return descriptor
    }

    static func read(_ path: FilePath, from offset: Int, upTo count: Int) throws(SpoolError) -> [UInt8] {
        do {
            let descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
            return try descriptor.closeAfter {
                try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                    filled = try descriptor.read(fromAbsoluteOffset: Int64(offset), into: UnsafeMutableRawBufferPointer(buffer))
                }
            }
        } catch { throw SpoolError(.read, path, cause(error)) }
    }

    /// The system's reason; every error of SystemPackage is one.
    static func cause(_ error: any Error) -> Errno { error as? Errno ?? .ioError }
}

extension Files {
    /// Reads a file from its start, at most `limit` bytes.
    static func readAll(_ path: FilePath, limit: Int) throws(SpoolError) -> [UInt8] {
        var bytes: [UInt8] = []
        try readThrough(path, limit: limit) { piece throws(SpoolError) in bytes.append(contentsOf: piece) }
        return bytes
    }

    /// Reads a file from its start, piece by piece, at most `limit` bytes.
    static func readThrough(
        _ path: FilePath, limit: Int = .max, _ take: ([UInt8]) throws(SpoolError) -> Void
    ) throws(SpoolError) {
        let descriptor: FileDescriptor
        do { descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec) } catch {
            throw SpoolError(.read, path, cause(error))
        }
        // It was only read: closing it can lose nothing.
        defer { try? descriptor.close() }
        var left = limit
        while left > 0 {
            let piece: [UInt8]
            do {
                piece = try [UInt8](unsafeUninitializedCapacity: min(left, 1 << 16)) { buffer, filled in
                    filled = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
            } catch { throw SpoolError(.read, path, cause(error)) }
            if piece.isEmpty { return }
            left -= piece.count
            try take(piece)
        }
    }
}

/// The system's `rename`, by a name that the method above does not hide.
private func systemRename(_ from: String, _ destination: String) -> CInt { rename(from, destination) }
