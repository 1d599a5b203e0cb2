import Foundation

/// Requests that can be told apart wherever they turn up, by a number in their head.
enum NumberedRequest {
    static func bytes(
        _ number: Int = 0, body: [UInt8], path: String = "/emu_reports/task_complete", headers: [String] = [], close: Bool = true
    ) -> [UInt8] {
        let head = [
            "POST \(path) HTTP/1.1", "Host: reports.enphaseenergy.com:443", "X-Number: \(number)", "Content-Length: \(body.count)",
            "Connection: \(close ? "close" : "keep-alive")",
        ]
        return Array(((head + headers).joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }

    /// The number in a request's head, even where the rest is not whole; nil where that has not come.
    static func number(of bytes: [UInt8]) -> Int? {
        let start = String(decoding: bytes.prefix(1000), as: UTF8.self)
        guard let range = start.range(of: "X-Number: "), let end = start[range.upperBound...].firstIndex(of: "\r\n") else { return nil }
        return Int(start[range.upperBound..<end])
    }

    /// How long the head is, its empty line included.
    static func headEnd(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return (0...bytes.count - 4).first { bytes[$0] == 13 && bytes[$0 + 1] == 10 && bytes[$0 + 2] == 13 && bytes[$0 + 3] == 10 }.map {
            $0 + 4
        }
    }
}
