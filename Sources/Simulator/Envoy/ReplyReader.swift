/// Collects one HTTP/1 reply from the bytes of a connection, as an Envoy does: up to `Content-Length`, else to the end.
struct ReplyReader: Sendable {
    private(set) var bytes: [UInt8] = []
    private let limit: Int
    private var headLength: Int?
    private var bodyLength: Int?
    private var status = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes what has come.
    ///
    /// - Returns: the reply, once `Content-Length` says that it is whole.
    mutating func feed(_ new: some Sequence<UInt8>) throws(SimulatorError) -> EnvoyReply? {
        let searched = bytes.count
        bytes += new
        guard bytes.count <= limit else { throw .replyTooLarge(limit: limit) }
        if headLength == nil { try readHead(searchedBefore: searched) }
        guard let headLength, let bodyLength, bytes.count >= headLength + bodyLength else { return nil }
        return reply(headLength: headLength, bodyEnd: headLength + bodyLength)
    }

    /// The peer has hung up: a reply without a length ends here, any other is cut short.
    func finish() throws(SimulatorError) -> EnvoyReply {
        guard let headLength else {
            let start = String(decoding: bytes.prefix(32), as: UTF8.self)
            guard bytes.isEmpty || start.hasPrefix("HTTP/") else { throw .replyNotHTTP(start) }
            throw .replyCutShort(bytes: bytes.count)
        }
        guard bodyLength == nil else { throw .replyCutShort(bytes: bytes.count) }
        return reply(headLength: headLength, bodyEnd: bytes.count)
    }

    private func reply(headLength: Int, bodyEnd: Int) -> EnvoyReply {
        EnvoyReply(status: status, head: Array(bytes[..<headLength]), body: Array(bytes[headLength..<bodyEnd]))
    }

    private mutating func readHead(searchedBefore: Int) throws(SimulatorError) {
        let end = Array("\r\n\r\n".utf8)
        var index = max(0, searchedBefore - 3)
        while index + 4 <= bytes.count, !bytes[index..<index + 4].elementsEqual(end) { index += 1 }
        guard index + 4 <= bytes.count else { return }

        let lines = String(decoding: bytes[..<index], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first.map { $0.split(separator: " ") } ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let code = Int(words[1]), (100...999).contains(code)
        else { throw .replyNotHTTP(String(decoding: bytes.prefix(32), as: UTF8.self)) }
        guard code >= 200 else {  // An interim reply; the real one follows.
            bytes.removeSubrange(..<(index + 4))
            return try readHead(searchedBefore: 0)
        }

        status = code
        headLength = index + 4
        bodyLength = code == 204 || code == 304 ? 0 : Self.contentLength(of: lines.dropFirst())
    }

    /// A length that is no number, or too large to be one, counts as none.
    private static func contentLength(of lines: ArraySlice<Substring>) -> Int? {
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-length" else { continue }
            return Int(parts[1].filter { $0 != " " }).flatMap { (0...Int(Int32.max)).contains($0) ? $0 : nil }
        }
        return nil
    }
}
