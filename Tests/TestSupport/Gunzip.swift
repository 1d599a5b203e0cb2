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
