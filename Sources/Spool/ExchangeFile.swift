/// One of the files that an exchange leaves in the spool.
public enum ExchangeFile: String, Sendable, CaseIterable {
    /// The exact bytes of the request as they came out of TLS, head and body.
    case request
    /// The exact bytes of the reply, or, where there is none, one line of text: `no reply: ` and the reason.
    case response
    /// Beside a `response` that broke off: one line of text saying why.
    case incomplete
    /// The exact bytes of the reply that was made here and that the Envoy heard in the cloud's place; beside it, `response` is the cloud's
    /// own, or says that there is none. It is safe on the disk before the Envoy hears it.
    case answer
    /// The report's XML, decoded from the request.
    case xml

    /// How the text of a `response` begins that says why there is no reply.
    public static let noReply = "no reply: "

    /// The file's name once it is whole.
    public func name(of stem: Stem) -> String { "\(stem).\(rawValue)" }

    /// The exchange whose file of this kind has that name; nil where it is the name of anything else.
    public func stem(ofFile fileName: String) -> Stem? {
        guard fileName.hasSuffix(".\(rawValue)"), let stem = Stem(fileName: fileName), name(of: stem) == fileName else { return nil }
        return stem
    }

    /// The file's name until it is whole: hidden, and never taken for a capture.
    func partialName(of stem: Stem) -> String { ".\(stem).\(rawValue).partial" }
}
