/// What can go wrong in the simulation: operation, subject and cause.
public enum SimulatorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// zlib failed; the status is zlib's own (zlib.h).
    case compression(_ operation: String, zlibStatus: Int)
    /// No connection, or TLS could not be agreed on.
    case connect(_ target: String, cause: String)
    /// It did not happen in time.
    case timeout(_ operation: String, seconds: Double)
    /// The peer hung up before the reply was whole; the number is of bytes that had come.
    case replyCutShort(bytes: Int)
    /// The reply is not HTTP/1.
    case replyNotHTTP(_ start: String)
    /// The reply passed the limit, in bytes.
    case replyTooLarge(limit: Int)
    /// A socket can't be listened on.
    case listen(_ address: String, cause: String)
    /// A certificate or key can't be made or read.
    case identity(_ subject: String, cause: String)

    public var description: String {
        switch self {
        case .compression(let operation, let status): "can't \(operation): zlib status \(status)"
        case .connect(let target, let cause): "can't connect to \(target): \(cause)"
        case .timeout(let operation, let seconds): "no \(operation) within \(seconds) s"
        case .replyCutShort(let bytes): "reply cut short after \(bytes) bytes"
        case .replyNotHTTP(let start): "reply is not HTTP: it starts with \(start.debugDescription)"
        case .replyTooLarge(let limit): "reply is larger than \(limit) bytes"
        case .listen(let address, let cause): "can't listen on \(address): \(cause)"
        case .identity(let subject, let cause): "no use of certificate or key \(subject): \(cause)"
        }
    }
}
