import Archive

/// An alert as JSON, for topics, webhooks and people's programs. Times are ISO 8601 in UTC.
public struct AlertText: Encodable, Sendable {
    public var id: Int
    /// A raw value of `AlertRule`.
    public var rule: String
    public var envoy: String?
    public var subject: String?
    public var detail: String
    /// `raised` or `ended`.
    public var state: String
    public var began: String
    public var ended: String?

    public init(_ change: AlertChange) { self.init(change.alert, isEnd: change.isEnd) }

    /// - Parameter isEnd: whether it is told because it has ended.
    public init(_ alert: Alert, isEnd: Bool) {
        let key = alert.condition.key
        id = alert.id
        rule = key.rule.rawValue
        envoy = key.envoy.isEmpty ? nil : key.envoy
        subject = key.subject.isEmpty ? nil : key.subject
        detail = alert.condition.detail
        state = isEnd ? "ended" : "raised"
        began = TimeText.of(alert.beganTimestamp)
        // A change tells of its own instant, also when the alert has ended meanwhile.
        ended = isEnd ? alert.endedTimestamp.map(TimeText.of) : nil
    }
}
