/// Something that a person should know of, from when it was raised until it ended.
public struct Alert: Equatable, Sendable {
    public var id: Int
    public var condition: AlertCondition
    /// Seconds since 1970 UTC.
    public var beganTimestamp: Int
    /// Seconds since 1970 UTC; nil while it lasts.
    public var endedTimestamp: Int?

    public var isOpen: Bool { endedTimestamp == nil }
}

/// What a rule found wrong.
public struct AlertCondition: Equatable, Sendable {
    public var key: Key
    /// For a person, one sentence in lower case; instants in it are ISO 8601 in UTC. See `text(names:time:)`.
    public var detail: String

    /// What makes two conditions the same.
    public struct Key: Hashable, Sendable {
        public var rule: AlertRule
        /// The serial number of an Envoy; empty where it is about none.
        public var envoy: String
        /// The panel, event or thing concerned; empty where it is the Envoy itself.
        public var subject: String

        public init(_ rule: AlertRule, envoy: String = "", subject: String = "") {
            self.rule = rule
            self.envoy = envoy
            self.subject = subject
        }
    }

    public init(_ key: Key, _ detail: String) {
        self.key = key
        self.detail = detail
    }
}

/// What is watched. The raw values are the archive's and JSON's.
public enum AlertRule: String, CaseIterable, Sendable {
    /// An Envoy does not report, though the sun shines.
    case envoySilent
    /// A panel gives far less than its peers for days.
    case panelLow
    /// A panel does not report, while others do.
    case panelSilent
    /// An event was raised and not cleared.
    case eventOpen
    /// The disk of the captures fills.
    case diskFilling
    /// The cloud does not answer.
    case cloudUnreachable
    /// The cloud asked something of the Envoy.
    case cloudTask
}

/// An alert that was raised or ended.
public struct AlertChange: Equatable, Sendable {
    /// Its place in the order of changes, from 1.
    public var number: Int
    public var alert: Alert
    public var isEnd: Bool
}
