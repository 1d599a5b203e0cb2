/// How a reply to a report is written, whatever report it answers: what an answer made here takes from the cloud's own (§5).
///
/// Nothing else of a captured reply may reach the Envoy, so only headers of a few names are taken, and only plain values.
public struct AnswerForm: Codable, Equatable, Sendable {
    /// The header lines in their order. The value `{date}` stands for the time of the answer, `{length}` for the length of its body.
    public var headers: [String]
    /// How the body is compressed; nil for not at all.
    public var compression: Compression?
    /// What stands before the root element: the XML declaration and white space, or nothing.
    public var declaration: String

    /// That of the one reply that was published, without what tells of the server that made it.
    public static let published = AnswerForm(
        headers: [
            "Date: {date}", "Content-Length: {length}", "Status: 200", "Connection: close",
            "Content-Type: application/x-deflate; charset=utf-8",
        ], compression: .zlib, declaration: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")

    private static let copied: Set<String> = ["content-type", "content-encoding", "status", "server", "cache-control"]
    private static let longestValue = 200

    init(headers: [String], compression: Compression?, declaration: String) {
        (self.headers, self.compression, self.declaration) = (headers, compression, declaration)
    }

    /// The form of a captured reply; nil unless the reply is a good one: 200, success, and nothing else in it that we do not know.
    public init?(ofReply bytes: [UInt8], limitBytes: Int = Reply.limitBytes) {
        // Whatever is wrong with it, it is no example to follow.
        guard let reply = try? CapturedReply(bytes), reply.status == 200, let message = try? CapturedMessage(bytes),
            let body = try? ReportBody(decoding: reply.body, limitBytes: limitBytes),
            let decoded = try? Reply.decode(xml: body.xml, limitBytes: limitBytes), decoded.value.status == "success",
            decoded.findings.isEmpty,
            let declaration = Self.declaration(of: body.xml)
        else { return nil }
        let codings = message.headers.filter { $0.name.lowercased() == "content-encoding" }.map { $0.value.lowercased() }
        // A body that is labelled has to be what the label says.
        guard codings.isEmpty || codings == [Self.coding(body.compression)] else { return nil }
        self.init(headers: Self.headers(message), compression: body.compression, declaration: declaration)
    }

    /// The `Content-Encoding` of a compression (RFC 9110 §8.4.1).
    private static func coding(_ compression: Compression?) -> String {
        switch compression {
        case nil: "identity"
        case .gzip: "gzip"
        case .zlib, .rawDeflate: "deflate"
        }
    }

    private static func headers(_ message: CapturedMessage) -> [String] {
        var headers: [String] = []
        var names: Set<String> = []
        for (name, value) in message.headers {
            guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0 == "-") }), names.insert(name.lowercased()).inserted else { continue }
            switch name.lowercased() {
            case "date": headers.append("\(name): {date}")
            // An answer made here is never chunked, and its connection ends with it.
            case "content-length": headers.append("\(name): {length}")
            case "connection": headers.append("\(name): close")
            case let known where copied.contains(known):
                if value.utf8.count <= longestValue, value.utf8.allSatisfy({ 32...126 ~= $0 }) { headers.append("\(name): \(value)") }
            default: break
            }
        }
        // Without these two the Envoy could not tell where the answer ends.
        if !names.contains("content-length") { headers.append("Content-Length: {length}") }
        if !names.contains("connection") { headers.append("Connection: close") }
        return headers
    }

    /// Text before the root, if it is a plain declaration of UTF-8 or ASCII, or none.
    private static func declaration(of xml: [UInt8]) -> String? {
        guard let root = xml.indices.first(where: { xml[$0] == UInt8(ascii: "<") && xml[($0 + 1)...].first != UInt8(ascii: "?") }),
            root <= longestValue, xml[..<root].allSatisfy({ 32...126 ~= $0 || $0 == 10 || $0 == 13 })
        else { return nil }
        let text = String(decoding: xml[..<root], as: UTF8.self)
        guard text.allSatisfy(\.isWhitespace) || text.wholeMatch(of: #/<\?xml [^<>]*\?>\s*/#) != nil else { return nil }
        let encoding = text.lowercased()
        guard !encoding.contains("encoding") || encoding.contains("utf-8") || encoding.contains("us-ascii") else { return nil }
        return text
    }

    /// The whole reply with that body.
    func message(_ xml: String, date: String) -> [UInt8] {
        let plain = Array((declaration + xml).utf8)
        let body = compression?.compress(plain) ?? plain
        let lines = headers.map { $0.replacing("{date}", with: date).replacing("{length}", with: "\(body.count)") }
        return Array((["HTTP/1.1 200 OK"] + lines + ["", ""]).joined(separator: "\r\n").utf8) + body
    }
}
