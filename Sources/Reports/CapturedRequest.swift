/// A captured request taken apart as far as decoding needs it: target, content type, body.
///
/// The file holds the bytes of one request as they came out of TLS. This is no HTTP parser for the network:
/// it reads what a proxy has accepted before.
public struct CapturedRequest: Equatable, Sendable {
    /// The request target as sent, query included.
    public var target: String
    /// The value of `Content-Type`, if there is one.
    public var contentType: String?
    /// The body's bytes, freed of chunked framing.
    public var body: ArraySlice<UInt8>

    /// What the target's path says the request is about.
    public var path: ReportPath { ReportPath(target: target) }

    /// Takes the bytes of a `.request` file apart.
    public init(_ bytes: [UInt8]) throws(ReportError) {
        let message = try CapturedMessage(bytes)
        let words = message.firstLine.split(separator: " ")
        guard words.count == 3, words[2].hasPrefix("HTTP/") else { throw .splitting(.requestLine) }
        target = String(words[1])
        contentType = message.contentType
        body = message.body
    }
}
