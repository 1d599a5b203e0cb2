/// How a simulated cloud treats those who come; can change at any time, and holds for what arrives from then on.
public enum CloudBehaviour: Sendable, Equatable {
    /// Answers as protocol notes §5 describe.
    case normal
    /// Listens to nobody: connections are refused.
    case down
    /// Accepts a connection and closes it at once.
    case dropping
    /// Answers the first bytes of a TLS handshake with the alert `handshake_failure`.
    case refusingHandshake
    /// Waits before it answers as in `normal`.
    case slow(Duration)
    /// Takes the request and never answers.
    case hang
    /// Sends half of the normal reply and closes.
    case closeMidReply
    /// Answers with this HTTP status and an empty body.
    case status(Int)
    /// Answers with an HTTP status what holds these bytes in its body, and everything else as in `normal`.
    case failingAt([UInt8], status: Int)
    /// Answers with exactly these bytes and closes.
    case reply([UInt8])
    /// Answers with a head and a body that goes on until the other side hangs up.
    case endless
    /// Answers with bytes that are not HTTP and closes.
    case junk
}
