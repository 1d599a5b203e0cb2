/// What the doctor says of one step.
public struct Finding: Sendable, Equatable, Codable {
    public enum Verdict: String, Sendable, Codable {
        case right, wrong
        /// It could not be looked at.
        case unknown
    }

    /// The step, in a word or two.
    public var step: String
    public var verdict: Verdict
    public var says: String
    /// How to mend it; nil where nothing is wrong.
    public var cure: String?

    static func right(_ step: String, _ says: String) -> Finding { Finding(step: step, verdict: .right, says: says, cure: nil) }
    static func wrong(_ step: String, _ says: String, cure: String?) -> Finding {
        Finding(step: step, verdict: .wrong, says: says, cure: cure)
    }
    static func hidden(_ step: String, _ path: String) -> Finding {
        .unknown(step, "only root and the service's user may look into \(path)", cure: "sudo heliograph doctor")
    }
    static func unknown(_ step: String, _ says: String, cure: String? = nil) -> Finding {
        Finding(step: step, verdict: .unknown, says: says, cure: cure)
    }
}
