/// A captured HTTP message taken apart: what requests and replies have in common. Of a reply with interim heads before it, only the reply.
struct CapturedMessage {
    /// The first line, without its end.
    var firstLine: String
    /// All header lines, in their order; values without the spaces around them.
    var headers: [(name: String, value: String)] = []
    /// The value of `Content-Type`, if there is one.
    var contentType: String?
    /// The body's bytes, freed of chunked framing.
    var body: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) throws(ReportError) {
        guard let head = Self.head(of: bytes) else { throw .splitting(.headWithoutEnd) }
        let lines = bytes[head].split(separator: UInt8(ascii: "\n")).map { line in
            String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }
        firstLine = lines.first ?? ""

        var chunked = false
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmingSpaces()
            headers.append((String(line[..<colon]), String(value)))
            switch line[..<colon].lowercased() {
            case "content-type": contentType = contentType ?? String(value)
            case "transfer-encoding": chunked = value.lowercased().hasSuffix("chunked")
            default: break
            }
        }
        body = chunked ? try Self.dechunk(bytes[head.upperBound...])[...] : bytes[head.upperBound...]
    }

    /// The head that tells of the body, its empty line included. Before a reply's there may be interim ones, such as `100 Continue`
    /// (RFC 9110 §15.2): they are passed over where a reply follows.
    private static func head(of bytes: [UInt8]) -> Range<Int>? {
        var start = bytes.startIndex
        // Each turn leaves a head behind, so each byte is looked at once.
        while let end = endOfHead(bytes[start...]) {
            guard isInterim(bytes[start..<end]), bytes[end...].starts(with: "HTTP/".utf8) else { return start..<end }
            start = end
        }
        return nil
    }

    /// Whether another head is to follow: not after 101, behind which there is no HTTP any more.
    private static func isInterim(_ head: ArraySlice<UInt8>) -> Bool {
        guard head.starts(with: "HTTP/".utf8) else { return false }
        let line = head.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard words.count >= 2, let status = Int(String(decoding: words[1], as: UTF8.self)) else { return false }
        return 100..<200 ~= status && status != 101
    }

    /// Where the head ends: after the first empty line, ended by CR LF or by LF alone.
    private static func endOfHead(_ bytes: ArraySlice<UInt8>) -> Int? {
        var lineIsEmpty = false
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "\n"):
                if lineIsEmpty { return index + 1 }
                lineIsEmpty = true
            case UInt8(ascii: "\r"): break
            default: lineIsEmpty = false
            }
        }
        return nil
    }

    private static func dechunk(_ framed: ArraySlice<UInt8>) throws(ReportError) -> [UInt8] {
        var data: [UInt8] = []
        var rest = framed
        while true {
            let fault = ReportError.splitting(.chunk(offset: rest.startIndex - framed.startIndex))
            guard let lineEnd = rest.firstIndex(of: UInt8(ascii: "\n")) else { throw fault }
            let digits = String(decoding: rest[..<lineEnd], as: UTF8.self).prefix { $0.isHexDigit }
            guard let size = Int(digits, radix: 16) else { throw fault }
            rest = rest[(lineEnd + 1)...]
            if size == 0 { return data }
            guard size <= rest.count else { throw fault }
            data += rest.prefix(size)
            rest = rest.dropFirst(size)
            if rest.first == UInt8(ascii: "\r") { rest = rest.dropFirst() }
            guard rest.first == UInt8(ascii: "\n") else { throw fault }
            rest = rest.dropFirst()
        }
    }
}

/// The body of a captured message, request or reply.
public enum CapturedBody {
    /// The bytes after the head, freed of chunked framing.
    public static func content(of bytes: [UInt8]) throws(ReportError) -> ArraySlice<UInt8> { try CapturedMessage(bytes).body }
}

extension Substring {
    fileprivate func trimmingSpaces() -> Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
