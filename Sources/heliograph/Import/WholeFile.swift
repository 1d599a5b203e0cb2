import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What is asked of one file. Blocking; all functions throw `Errno`.
enum WholeFile {
    /// A file's bytes. What it has beyond the limit is left out.
    static func read(_ path: FilePath, limit: Int) throws -> [UInt8] {
        let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        return try descriptor.closeAfter {
            var bytes: [UInt8] = []
            let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 1)
            defer { chunk.deallocate() }
            while bytes.count < limit {
                let count = try descriptor.read(into: chunk)
                guard count > 0 else { break }
                bytes.append(contentsOf: chunk[..<count])
            }
            return bytes
        }
    }

    /// When it was changed, seconds since 1970 UTC.
    static func changeTimestamp(_ path: FilePath) throws -> Int {
        var info = stat()
        guard path.withPlatformString({ stat($0, &info) }) == 0 else { throw Errno(rawValue: errno) }
        #if canImport(Darwin)
            return Int(info.st_mtimespec.tv_sec)
        #else
            return Int(info.st_mtim.tv_sec)
        #endif
    }
}
