import CZlib

/// How a body was compressed on the wire (§2).
public enum Compression: String, Codable, Equatable, Sendable, CustomStringConvertible {
    /// With zlib's two-byte header and checksum: what Envoys send as `application/x-deflate`.
    case zlib
    /// With gzip's header and checksum.
    case gzip
    /// A bare deflate stream.
    case rawDeflate

    public var description: String {
        switch self {
        case .zlib: "zlib"
        case .gzip: "gzip"
        case .rawDeflate: "raw deflate"
        }
    }

    /// What a compressed body holds, whatever that is, and how it was compressed; nil if it is not compressed, is damaged, or inflates to more
    /// than `limitBytes`.
    public static func inflated(_ body: some Sequence<UInt8>, limitBytes: Int) -> (bytes: [UInt8], compression: Compression)? {
        Array(body).withUnsafeBytes { bytes in
            for compression in [Compression(headerOf: bytes), .rawDeflate].compactMap(\.self) {
                // The other reading may be the right one.
                if let inflated = try? compression.inflate(bytes, limit: limitBytes) { return (inflated, compression) }
            }
            return nil
        }
    }

    /// Which header `bytes` begin with; nil if neither zlib's nor gzip's.
    init?(headerOf bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 2 else { return nil }
        let (first, second) = (UInt16(bytes[0]), UInt16(bytes[1]))
        if first == 0x1f, second == 0x8b {
            self = .gzip
        } else if first & 0x0f == 8, first >> 4 <= 7, (first << 8 | second) % 31 == 0 {
            self = .zlib
        } else {
            return nil
        }
    }

    /// The argument that makes zlib expect this framing around a window of up to 32 KiB.
    private var windowBits: Int32 {
        switch self {
        case .zlib: 15
        case .gzip: 15 + 16
        case .rawDeflate: -15
        }
    }

    /// What `input` deflates to at the default level, as Envoys and the cloud send it. Fewer than 4 GB.
    func compress(_ input: [UInt8]) -> [UInt8] {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        let size = Int32(MemoryLayout<z_stream>.size)
        let memoryLevel: Int32 = 8  // zlib's own default (zlib.h, deflateInit2)
        var status = deflateInit2_(
            stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, windowBits, memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        // It fails only for want of memory, and without memory there is no going on.
        precondition(status == Z_OK, "zlib found no memory")
        defer { deflateEnd(stream) }
        let capacity = Int(deflateBound(stream, uLong(input.count)))
        return input.withUnsafeBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = uInt(input.count)
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = uInt(capacity)
                status = deflate(stream, Z_FINISH)
                precondition(status == Z_STREAM_END, "zlib asks for this much room itself")
                count = capacity - Int(stream.pointee.avail_out)
            }
        }
    }

    /// The bytes that `input` inflates to, at most `limit` of them. Bytes after the stream's end are ignored.
    func inflate(_ input: UnsafeRawBufferPointer, limit: Int) throws(ReportError) -> [UInt8] {
        // zlib remembers the address of its stream, so the stream must not move: hence the allocation.
        let limit = max(1, limit)
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(stream, windowBits, ZLIB_VERSION, size) == Z_OK else {
            throw .inflating(self, .damaged("zlib did not start"))
        }
        defer { inflateEnd(stream) }

        // A form shrinks about ten to one: this capacity is usually enough at once.
        var capacity = min(limit, max(1 << 14, input.count.multipliedClamping(by: 12)))
        var output: [UInt8] = []
        var consumed = 0
        while true {
            let (status, full) = inflateMore(stream, input, &consumed, into: &output, capacity: capacity)
            switch status {
            case Z_STREAM_END:
                return output
            case Z_OK, Z_BUF_ERROR:
                guard full else { throw .inflating(self, .cutShort) }
                if output.count >= limit {
                    guard try endsHere(stream) else { throw .inflating(self, .overLimit(bytes: limit)) }
                    return output
                }
                capacity = min(limit, capacity.multipliedClamping(by: 4))
            default:
                throw .inflating(self, .damaged(Self.message(of: stream)))
            }
        }
    }

    /// Inflates until `output` holds `capacity` bytes or the input is used up; says whether the output is full.
    private func inflateMore(
        _ stream: UnsafeMutablePointer<z_stream>, _ input: UnsafeRawBufferPointer, _ consumed: inout Int,
        into output: inout [UInt8], capacity: Int
    ) -> (status: Int32, full: Bool) {
        var status = Z_OK
        let before = output
        output = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            count = buffer.update(fromContentsOf: before)
            let target = UnsafeMutableRawBufferPointer(buffer)
            while status == Z_OK, count < capacity {
                // zlib counts in 32 bits; larger inputs and outputs go in pieces.
                let source = UnsafeRawBufferPointer(rebasing: input[consumed...].prefix(Self.piece))
                let space = UnsafeMutableRawBufferPointer(rebasing: target[count..<capacity].prefix(Self.piece))
                stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
                stream.pointee.avail_in = uInt(source.count)
                stream.pointee.next_out = space.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = uInt(space.count)
                status = CZlib.inflate(stream, Z_NO_FLUSH)
                consumed += source.count - Int(stream.pointee.avail_in)
                count += space.count - Int(stream.pointee.avail_out)
            }
        }
        return (status, output.count == capacity)
    }

    /// Whether the stream, whose output has just reached the limit, ends without another byte.
    private func endsHere(_ stream: UnsafeMutablePointer<z_stream>) throws(ReportError) -> Bool {
        var spare: UInt8 = 0
        let status = withUnsafeMutablePointer(to: &spare) { spare in
            stream.pointee.next_out = spare
            stream.pointee.avail_out = 1
            return CZlib.inflate(stream, Z_NO_FLUSH)
        }
        if stream.pointee.avail_out == 0 { return false }
        switch status {
        case Z_STREAM_END: return true
        case Z_OK, Z_BUF_ERROR: throw .inflating(self, .cutShort)
        default: throw .inflating(self, .damaged(Self.message(of: stream)))
        }
    }

    private static func message(of stream: UnsafeMutablePointer<z_stream>) -> String {
        stream.pointee.msg.map { String(cString: $0) } ?? "not such a stream"
    }

    private static let piece = 1 << 30
}

extension Int {
    fileprivate func multipliedClamping(by factor: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
