import NIOCore
import NIOHTTP1

/// The replies that are made here: when the cloud has none, or a request is not taken. Each says in plain text what is
/// wrong, and closes.
enum OwnReply {
    static let `continue` = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")

    static let diskFailed = status(.serviceUnavailable, "the report could not be written to disk; see the log", retryAfter: 60)

    /// - Parameter retryAfter: Seconds until the client should try again.
    static func status(_ status: HTTPResponseStatus, _ text: String, retryAfter: Int? = nil) -> ByteBuffer {
        let body = "heliograph: \(text)\n"
        var lines = [
            "HTTP/1.1 \(status.code) \(status.reasonPhrase)",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Length: \(body.utf8.count)",
            "Connection: close",
        ]
        if let retryAfter { lines.append("Retry-After: \(retryAfter)") }
        return ByteBuffer(string: lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }
}
