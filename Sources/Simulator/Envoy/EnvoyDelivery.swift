/// How one report fared.
public struct EnvoyDelivery: Sendable {
    /// The Envoy's own time, UTC epoch seconds. Wire: `report_timestamp` (protocol notes §3).
    public let timestampSeconds: Int
    /// Intervals, readings and events in the report.
    public let rowCount: Int
    /// Size of the request body, as sent.
    public let bodyBytes: Int
    /// Rows that still wait after it.
    public let backlogCount: Int
    /// AC power of the roof at that time, W.
    public let watts: Double
    /// How long the exchange took.
    public let elapsed: Duration
    public let outcome: Outcome

    public enum Outcome: Sendable, Equatable {
        /// The cloud said success; the rows have left the backlog.
        case taken
        /// A reply with this status that does not let the rows go.
        case kept(status: Int)
        /// No reply; the rows stay.
        case failed(SimulatorError)
    }
}
