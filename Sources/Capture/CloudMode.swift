import Synchronization

/// What happens to requests once they are captured. It can change at any time; each request meets the mode of the moment when it has
/// arrived whole.
public final class CloudMode: Sendable {
    /// What goes with the mode.
    public struct Rules: Sendable, Equatable {
        /// In `forward`: the Envoy hears an answer made here once the cloud has taken no report for so many seconds, and until it takes one
        /// again; nil for never.
        public var answerAfterSeconds: Int?
        public var otherHosts = CaptureConfiguration.OtherHosts.forward
        /// Whether what was answered here goes to the cloud later.
        public var deliversLater = false

        public init() {}
    }

    public struct Value: Sendable, Equatable {
        public var cloud: CaptureConfiguration.Cloud
        /// Since when, seconds since 1970 UTC.
        public var sinceTimestamp: Int
        /// Since when the cloud has taken no report; nil where it took the last, or has not been asked.
        public var outageSinceTimestamp: Int?
        public var rules = Rules()

        /// Whether the cloud has been away for so long that the Envoy is answered here meanwhile.
        public func standsIn(at timestamp: Int) -> Bool {
            guard cloud == .forward, let seconds = rules.answerAfterSeconds, let outageSinceTimestamp else { return false }
            return timestamp - outageSinceTimestamp >= seconds
        }
    }

    private let state: Mutex<Value>
    private let outageChanged: @Sendable (Int?) -> Void

    /// - Parameters:
    ///   - outageSinceTimestamp: what was known of the cloud before.
    ///   - outageChanged: hears when an outage begins (since when) and ends (nil); must not block, nor ask for the mode.
    public init(
        _ cloud: CaptureConfiguration.Cloud, _ rules: Rules = Rules(), at timestamp: Int, outageSinceTimestamp: Int? = nil,
        outageChanged: @escaping @Sendable (Int?) -> Void = { _ in }
    ) {
        state = Mutex(Value(cloud: cloud, sinceTimestamp: timestamp, outageSinceTimestamp: outageSinceTimestamp, rules: rules))
        self.outageChanged = outageChanged
    }

    public var value: Value { state.withLock { $0 } }

    /// - Returns: What it was; nil where it was the same.
    public func change(to cloud: CaptureConfiguration.Cloud, at timestamp: Int) -> CaptureConfiguration.Cloud? {
        state.withLock { value in
            guard value.cloud != cloud else { return nil }
            // What the cloud did before says nothing of now: it may not have been asked for long.
            defer { set(Value(cloud: cloud, sinceTimestamp: timestamp, rules: value.rules), &value) }
            return value.cloud
        }
    }

    /// - Returns: Whether that is new.
    public func change(to rules: Rules) -> Bool {
        state.withLock { value in
            defer { value.rules = rules }
            return value.rules != rules
        }
    }

    /// Notes how the cloud took a report.
    func note(_ ending: ReplyOutlet.Ending, at timestamp: Int) {
        switch ending {
        case .whole: note(isTaken: ending.isTaken, at: timestamp)
        // What was not asked of it says nothing of it.
        case .pending, .failed(.off), .failed(.notAsked), .failed(.unanswerable), .failed(.blocked), .failed(.nameless), .failed(.stopped):
            return
        case .failed: note(isTaken: false, at: timestamp)
        }
    }

    /// Notes whether the cloud took a report.
    public func note(isTaken: Bool, at timestamp: Int) {
        state.withLock { value in
            var next = value
            next.outageSinceTimestamp = isTaken ? nil : value.outageSinceTimestamp ?? timestamp
            set(next, &value)
        }
    }

    private func set(_ next: Value, _ value: inout Value) {
        if next.outageSinceTimestamp != value.outageSinceTimestamp { outageChanged(next.outageSinceTimestamp) }
        value = next
    }
}
