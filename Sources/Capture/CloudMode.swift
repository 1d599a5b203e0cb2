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
        /// The same by a clock that nobody sets; nil where it began before the program did.
        var outageBegan: ContinuousClock.Instant?
        public var rules = Rules()

        /// Whether the cloud has been away for so long that the Envoy is answered here meanwhile.
        ///
        /// - Parameter now: A machine that has no clock of its own wakes with an old time, which then leaps to the right one: that is no outage.
        public func standsIn(at timestamp: Int, now: ContinuousClock.Instant = .now) -> Bool {
            guard cloud == .forward, let seconds = rules.answerAfterSeconds, let outageSinceTimestamp else { return false }
            if let outageBegan, now - outageBegan < .seconds(seconds) - .seconds(1) { return false }
            return timestamp - outageSinceTimestamp >= seconds
        }
    }

    private struct State {
        var value: Value
        /// Whether it has been told that the Envoy is answered here because of an outage.
        var isStandingIn = false
    }

    /// So many seconds a clock may wander.
    private static let clockTolerance = 60
    private let state: Mutex<State>
    private let outageChanged: @Sendable (Int?) -> Void
    private let standInChanged: @Sendable (Bool) -> Void

    /// - Parameters:
    ///   - outageSinceTimestamp: what was known of the cloud before.
    ///   - outageChanged: hears when an outage begins (since when) and ends (nil); must not block, nor ask for the mode.
    ///   - standInChanged: hears when the Envoy begins to be answered here because of that, and when no longer; the same holds.
    public init(
        _ cloud: CaptureConfiguration.Cloud, _ rules: Rules = Rules(), at timestamp: Int, outageSinceTimestamp: Int? = nil,
        outageChanged: @escaping @Sendable (Int?) -> Void = { _ in }, standInChanged: @escaping @Sendable (Bool) -> Void = { _ in }
    ) {
        state = Mutex(
            State(value: Value(cloud: cloud, sinceTimestamp: timestamp, outageSinceTimestamp: outageSinceTimestamp, rules: rules)))
        (self.outageChanged, self.standInChanged) = (outageChanged, standInChanged)
    }

    public var value: Value { state.withLock { $0.value } }

    /// What holds for a request that is there now.
    func meet(at timestamp: Int) -> Value {
        state.withLock { state in
            let standsIn = state.value.standsIn(at: timestamp)
            if standsIn != state.isStandingIn { standInChanged(standsIn) }
            state.isStandingIn = standsIn
            return state.value
        }
    }

    /// - Returns: What it was; nil where it was the same.
    public func change(to cloud: CaptureConfiguration.Cloud, at timestamp: Int) -> CaptureConfiguration.Cloud? {
        state.withLock { state in
            let value = state.value
            guard value.cloud != cloud else { return nil }
            // What the cloud did before says nothing of now: it may not have been asked for long.
            set(Value(cloud: cloud, sinceTimestamp: timestamp, rules: value.rules), &state)
            return value.cloud
        }
    }

    /// - Returns: Whether that is new.
    public func change(to rules: Rules) -> Bool {
        state.withLock { state in
            defer { state.value.rules = rules }
            return state.value.rules != rules
        }
    }

    /// Notes how the cloud took a report.
    func note(_ ending: ReplyOutlet.Ending, isTaken: Bool, at timestamp: Int) {
        switch ending {
        case .whole: note(isTaken: isTaken, at: timestamp)
        // What was not asked of it says nothing of it.
        case .pending, .failed(.off), .failed(.notAsked), .failed(.unanswerable), .failed(.blocked), .failed(.nameless), .failed(.stopped):
            return
        case .failed: note(isTaken: false, at: timestamp)
        }
    }

    /// Notes whether the cloud took a report.
    public func note(isTaken: Bool, at timestamp: Int, now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            var next = state.value
            if isTaken {
                (next.outageSinceTimestamp, next.outageBegan) = (nil, nil)
            } else if let since = next.outageSinceTimestamp {
                // A clock that was put right meanwhile: the outage is as long as it is, and later starts should know.
                guard let began = next.outageBegan else { return }
                let right = timestamp - Int((now - began).components.seconds)
                guard abs(right - since) > Self.clockTolerance else { return }
                next.outageSinceTimestamp = right
            } else {
                (next.outageSinceTimestamp, next.outageBegan) = (timestamp, now)
            }
            set(next, &state)
        }
    }

    private func set(_ next: Value, _ state: inout State) {
        if next.outageSinceTimestamp != state.value.outageSinceTimestamp { outageChanged(next.outageSinceTimestamp) }
        if next.outageSinceTimestamp == nil, state.isStandingIn {
            standInChanged(false)
            state.isStandingIn = false
        }
        state.value = next
    }
}
