import NIOCore
import NIOHTTP1

/// What the capture path needs to know of a request's head. The head's own bytes are kept and forwarded; this is only a view of them.
public struct RequestHead: Sendable {
    public var method: String
    /// The request target as it was sent: a path with its query, or, from a client that takes us for a proxy, a whole URL.
    public var target: String
    /// The `Host` header's name without a port; nil where there is none or more than one.
    public var host: String?
    /// Whether the connection may serve another request after this one.
    public var keepsAlive: Bool

    /// The parts of it that the forwarded bytes don't need but NIO's reply parser does.
    let parsed: HTTPRequestHead
    let framing: FramingProgress.Body
    let expectsContinue: Bool

    /// Looks at a head, and refuses one whose end two readers could see in two places (RFC 9112 §6.3), or that asks for a tunnel.
    static func checked(_ head: HTTPRequestHead, bodyLimit: Int) -> Result<RequestHead, Refusal> {
        let lengths = head.headers.bareValues(of: "content-length")
        let codings = head.headers.bareValues(of: "transfer-encoding")
        guard head.method != .CONNECT else { return .failure(.tunnel) }
        guard lengths.isEmpty || codings.isEmpty else { return .failure(.malformed("both Content-Length and Transfer-Encoding")) }
        guard lengths.count <= 1 else { return .failure(.malformed("more than one Content-Length")) }
        guard codings.isEmpty || codings.map({ $0.lowercased() }) == ["chunked"] else {
            return .failure(.malformed("a Transfer-Encoding other than chunked"))
        }
        guard codings.isEmpty || head.version != .http1_0 else {
            return .failure(.malformed("Transfer-Encoding in an HTTP/1.0 request"))
        }
        var framing = FramingProgress.Body.parsed
        if let length = lengths.first {
            guard length.allSatisfy({ $0.isASCII && $0.isNumber }), let count = Int(length) else {
                return .failure(.malformed("a Content-Length that is no number"))
            }
            guard count <= bodyLimit else { return .failure(.bodyTooLarge(limit: bodyLimit)) }
            if count > 0 { framing = .counted(count) }
        }
        let hosts = head.headers.bareValues(of: "host")
        let asksToContinue = head.headers.bareValues(of: "expect").contains { $0.lowercased() == "100-continue" }
        return .success(
            RequestHead(
                method: head.method.rawValue,
                target: head.uri,
                host: hosts.count == 1 ? hosts.first.flatMap(hostName) : nil,
                // The parser stops after a request that asks for another protocol, so nothing can follow it.
                keepsAlive: head.isKeepAlive && !head.headers.contains(name: "upgrade"),
                parsed: head,
                framing: framing,
                expectsContinue: asksToContinue && head.version != .http1_0))
    }

    /// The host of `name[:port]`; nil where what stands there is no DNS name.
    private static func hostName(_ header: Substring) -> String? {
        let name = header.prefix { $0 != ":" }.lowercased()
        let letters = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
        guard !name.isEmpty, name.utf8.count <= 253, letters, name.contains(where: \.isLetter) else { return nil }
        return name
    }
}

extension HTTPHeaders {
    /// The values of a header without the blanks around them, which are no part of them (RFC 9110 §5.5). The parser leaves those behind a
    /// value in their place.
    fileprivate func bareValues(of name: String) -> [Substring] {
        self[name].map { value in value.trimming { $0 == " " || $0 == "\t" } }
    }
}
