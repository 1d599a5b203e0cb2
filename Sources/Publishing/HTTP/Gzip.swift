import CZlib

/// Compression of request bodies (RFC 1952).
enum Gzip {
    /// nil where zlib has no memory; then the body goes as it is.
    static func compressed(_ input: [UInt8]) -> [UInt8]? {
        // zlib remembers the address of its stream, so the stream must not move: hence the allocation.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        let gzipWindow: Int32 = 15 + 16
        let size = Int32(MemoryLayout<z_stream>.size)
        // Level 1 and little memory: a line protocol shrinks to a tenth at any level.
        guard deflateInit2_(stream, 1, Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK,
            let length = UInt32(exactly: input.count)
        else { return nil }
        defer { deflateEnd(stream) }
        let bound = Int(deflateBound(stream, uLong(length)))
        guard let room = UInt32(exactly: bound) else { return nil }
        var isWhole = false
        let output = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            input.withUnsafeBufferPointer { bytes in
                // zlib only reads its input, though its declaration does not say so.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
                stream.pointee.avail_in = length
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = room
                isWhole = deflate(stream, Z_FINISH) == Z_STREAM_END
                count = bound - Int(stream.pointee.avail_out)
            }
        }
        return isWhole ? output : nil
    }
}
