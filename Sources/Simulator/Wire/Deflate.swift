import CZlib

/// zlib streams (RFC 1950), whole in memory.
enum Deflate {
    /// A zlib stream at the default level: it begins with the bytes 78 9c, as captured bodies do.
    static func compress(_ bytes: [UInt8]) throws(SimulatorError) -> [UInt8] {
        var length = compressBound(uLong(bytes.count))
        var output = [UInt8](repeating: 0, count: Int(length))
        let status = compress2(&output, &length, bytes, uLong(bytes.count), Z_DEFAULT_COMPRESSION)
        guard status == Z_OK else { throw .compression("deflate", zlibStatus: Int(status)) }
        output.removeLast(output.count - Int(length))
        return output
    }

    /// What a zlib stream holds; bytes after its end are ignored.
    ///
    /// - Throws: `SimulatorError.compression` when it is no zlib stream, when it ends early, or when it holds more
    ///   than `limit` bytes.
    static func inflate(_ bytes: [UInt8], limit: Int = 16 << 20) throws(SimulatorError) -> [UInt8] {
        var stream = z_stream()
        guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .compression("inflate", zlibStatus: Int(Z_MEM_ERROR))
        }
        defer { inflateEnd(&stream) }

        var input = bytes
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let status = input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = uInt(source.count)
            while true {
                let (status, produced) = chunk.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = uInt(target.count)
                    let status = CZlib.inflate(&stream, Z_NO_FLUSH)
                    return (status, target.count - Int(stream.avail_out))
                }
                guard output.count + produced <= limit else { return Z_BUF_ERROR }
                output.append(contentsOf: chunk.prefix(produced))
                if status != Z_OK || produced == 0 { return status == Z_OK ? Z_BUF_ERROR : status }
            }
        }
        guard status == Z_STREAM_END else { throw .compression("inflate", zlibStatus: Int(status)) }
        return output
    }
}
