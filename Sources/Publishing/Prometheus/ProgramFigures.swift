/// What the running program counts of itself, for monitoring. Times are seconds since 1970 UTC; what never happened is nil.
public struct ProgramFigures: Equatable, Sendable {
    public var startedTimestamp: Int?
    public var connections = 0
    public var connectionsOpen = 0
    public var requestsCaptured = 0
    public var requestBytes = 0
    public var requestsNotCaptured = 0
    public var repliesForwarded = 0
    public var replyBytes = 0
    public var diskFailures = 0
    /// By reason; the program's own words, few.
    public var refusals: [String: Int] = [:]
    /// By reason; the program's own words, few.
    public var cloudFailures: [String: Int] = [:]
    public var lastCaptureTimestamp: Int?
    public var lastReplyTimestamp: Int?
    public var lastCloudFailureTimestamp: Int?
    /// What happens to reports once they are captured, of a few words.
    public var cloud: String?
    public var cloudSinceTimestamp: Int?
    /// Since when the cloud has taken no report.
    public var cloudOutageSinceTimestamp: Int?
    /// How often the Envoy was answered here and not by the cloud.
    public var answersGiven = 0
    /// Reports that were answered here and that the cloud has not taken.
    public var undelivered = 0
    /// Of what was delivered later, what the cloud refused.
    public var undeliveredRefused = 0
    /// Free on the spool's disk, bytes.
    public var diskFreeBytes: Int?
    public var publishers: [PublisherReport] = []

    public init() {}
}
