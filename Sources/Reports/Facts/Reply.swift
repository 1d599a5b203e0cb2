/// The cloud's answer to a report (§5).
public struct Reply: Equatable, Sendable {
    /// `success` in all that were seen. Wire: `status`.
    public var status: String?
    /// The ids of the events that the cloud has taken. Wire: `<events_processed>`, `<event id>`.
    public var processedEvents: [Int] = []

    public init() {}
}
