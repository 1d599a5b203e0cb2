/// A captured reply taken apart as far as decoding needs it: status and body.
public struct CapturedReply: Equatable, Sendable {
    /// The HTTP status, such as 200; of an interim head, such as `100 Continue`, only where no reply follows it.
    public var status: Int
    /// The body's bytes, freed of chunked framing.
    public var body: ArraySlice<UInt8>

    /// Takes the bytes of a `.response` file apart.
    public init(_ bytes: [UInt8]) throws(ReportError) {
        let message = try CapturedMessage(bytes)
        let words = message.firstLine.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else { throw .splitting(.statusLine) }
        self.status = status
        body = message.body
    }
}
