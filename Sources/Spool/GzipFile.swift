import CZlib
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that zlib compresses as it is written (gzip, RFC 1952), piece by piece: a file of any size takes little memory.
struct GzipFile {
    private let stream: gzFile
    private let path: FilePath

    /// Copies a file, compressed, to a descriptor, which stays open.
    static func copy(_ source: FilePath, to target: FileDescriptor) throws(SpoolError) {
        try write(to: target, source) { file throws(SpoolError) in
            try Files.readThrough(source) { piece throws(SpoolError) in try file.write(piece) }
        }
    }

    /// Writes bytes, compressed, to a descriptor, which stays open. `path` is what errors speak of.
    static func write(_ bytes: [UInt8], to target: FileDescriptor, _ path: FilePath) throws(SpoolError) {
        try write(to: target, path) { file throws(SpoolError) in try file.write(bytes) }
    }

    /// Writes what `fill` gives to it.
    private static func write(
        to target: FileDescriptor, _ path: FilePath, _ fill: (GzipFile) throws(SpoolError) -> Void
    ) throws(SpoolError) {
        let file = try GzipFile(target, path)
        do throws(SpoolError) { try fill(file) } catch {
            // What could not be written whole is thrown away by its owner.
            gzclose(file.stream)
            throw error
        }
        guard gzclose(file.stream) == Z_OK else { throw file.failure() }
    }

    private init(_ target: FileDescriptor, _ path: FilePath) throws(SpoolError) {
        let own = dup(target.rawValue)
        guard own >= 0 else { throw SpoolError(.write, path, Errno(rawValue: errno)) }
        guard let stream = gzdopen(own, "wb") else {
            close(own)
            throw SpoolError(.write, path, .noMemory)
        }
        self.stream = stream
        self.path = path
    }

    private func write(_ bytes: [UInt8]) throws(SpoolError) {
        var written = 0
        while written < bytes.count {
            // zlib counts in 32 bits.
            let count = bytes.withUnsafeBytes {
                gzwrite(stream, $0.baseAddress.map { $0 + written }, UInt32(min($0.count - written, 1 << 30)))
            }
            guard count > 0 else { throw failure() }
            written += Int(count)
        }
    }

    private func failure() -> SpoolError { SpoolError(.write, path, errno == 0 ? .ioError : Errno(rawValue: errno)) }
}
