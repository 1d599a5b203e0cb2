import CZlib
import Foundation

/// The content of a file, inflated where it is gzip, through zlib's own reader.
public func gunzipped(_ file: URL) throws -> [UInt8] {
    guard let stream = gzopen(file.path(percentEncoded: false), "rb") else { throw CocoaError(.fileReadUnknown) }
    defer { gzclose(stream) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = gzread(stream, &chunk, UInt32(chunk.count))
        guard count >= 0 else { throw CocoaError(.fileReadCorruptFile) }
        if count == 0 { return bytes }
        bytes += chunk.prefix(Int(count))
    }
}

/// gzip (RFC 1952) of bytes, through zlib's own writer. `level`: 0 (none) to 9 (smallest).
public func gzipped(_ bytes: [UInt8], level: Int = 6) throws -> [UInt8] {
    let file = FileManager.default.temporaryDirectory.appending(path: "gzipped-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }  // A file in the temporary folder may stay.
    guard let stream = gzopen(file.path(percentEncoded: false), "wb\(level)") else { throw CocoaError(.fileWriteUnknown) }
    let written = gzfwrite(bytes, 1, bytes.count, stream)
    guard gzclose(stream) == Z_OK, written == bytes.count else { throw CocoaError(.fileWriteUnknown) }
    return Array(try Data(contentsOf: file))
}
