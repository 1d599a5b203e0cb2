import CZlib

/// Reading gzip (RFC 1952) in memory; ``GzipFile`` writes it.
public enum Gzip {
    /// Whether bytes begin as gzip does.
    public static func isGzip(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }

    /// What gzip holds; several streams one after another are one. Other bytes behind them are ignored.
    ///
    /// - Parameter limitBytes: the most that it may hold. No buffer grows much beyond it.
    public static func decompress(_ bytes: [UInt8], limitBytes: Int) throws(GzipError) -> [UInt8] {
        let stream = newStream()
        defer { stream.deallocate() }
        guard inflateInit2_(stream, windowBits, ZLIB_VERSION, streamSize) == Z_OK else { throw .noMemory }
        defer { inflateEnd(stream) }
        return try bytes.withUnsafeBufferPointer { source throws(GzipError) in try inflateAll(source, stream, limitBytes) }
    }

    private static func inflateAll(
        _ source: UnsafeBufferPointer<UInt8>, _ stream: UnsafeMutablePointer<z_stream>, _ limit: Int
    ) throws(GzipError) -> [UInt8] {
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var position = 0
        while true {
            let rest = UnsafeBufferPointer(rebasing: source[position...].prefix(1 << 30))
            stream.pointee.next_in = UnsafeMutablePointer(mutating: rest.baseAddress)
            stream.pointee.avail_in = uInt(rest.count)
            let (status, produced) = chunk.withUnsafeMutableBufferPointer { target in
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = uInt(target.count)
                let status = inflate(stream, Z_NO_FLUSH)
                return (status, target.count - Int(stream.pointee.avail_out))
            }
            position += rest.count - Int(stream.pointee.avail_in)
            guard produced <= limit - output.count else { throw .overLimit(bytes: limit) }
            output += chunk.prefix(produced)
            switch status {
            case Z_OK: continue
            case Z_STREAM_END:
                guard isGzip(source[position...]), inflateReset(stream) == Z_OK else { return output }
            case Z_BUF_ERROR: throw .cutShort
            case Z_MEM_ERROR: throw .noMemory
            default: throw .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "not gzip")
            }
        }
    }

    /// zlib remembers where its stream is, so the stream must not move.
    private static func newStream() -> UnsafeMutablePointer<z_stream> {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        return stream
    }

    /// A window of 32 KiB, and gzip's header and checksum around.
    private static let windowBits: Int32 = 15 + 16
    private static let streamSize = Int32(MemoryLayout<z_stream>.size)
}

/// Why bytes could not be inflated.
public enum GzipError: Error, Equatable, Sendable, CustomStringConvertible {
    /// More than the limit, in bytes.
    case overLimit(bytes: Int)
    /// The bytes end before the stream does.
    case cutShort
    /// No gzip, or its checksum differs; the text is zlib's own.
    case damaged(String)
    case noMemory

    public var description: String {
        switch self {
        case .overLimit(let bytes): "it holds more than the limit of \(bytes) bytes"
        case .cutShort: "its gzip stream is cut short"
        case .damaged(let text): "its gzip stream is damaged: \(text)"
        case .noMemory: "out of memory"
        }
    }
}
