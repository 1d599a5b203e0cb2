import Synchronization

/// What happens to requests once they are captured. It can change at any time; each request meets the mode of the moment when it has
/// arrived whole.
public final class CloudMode: Sendable {
    public struct Value: Sendable, Equatable {
        public var cloud: CaptureConfiguration.Cloud
        /// Since when, seconds since 1970 UTC.
        public var sinceTimestamp: Int
        /// Since when the cloud has taken no report; nil where it took the last, or has not been asked.
        public var outageSinceTimestamp: Int?

        /// Whether the cloud has taken no report for so many seconds.
        public func isOut(for seconds: Int?, at timestamp: Int) -> Bool {
            guard let seconds, let outageSinceTimestamp else { return false }
            return timestamp - outageSinceTimestamp >= seconds
        }
    }

    private let state: Mutex<Value>

    public init(_ cloud: CaptureConfiguration.Cloud, at timestamp: Int) { state = Mutex(Value(cloud: cloud, sinceTimestamp: timestamp)) }

    public var value: Value { state.withLock { $0 } }

    /// - Returns: What it was; nil where it was the same.
    public func change(to cloud: CaptureConfiguration.Cloud, at timestamp: Int) -> CaptureConfiguration.Cloud? {
        state.withLock { value in
            guard value.cloud != cloud else { return nil }
            // What the cloud did before says nothing of now: it may not have been asked for long.
            defer { value = Value(cloud: cloud, sinceTimestamp: timestamp) }
            return value.cloud
        }
    }

    /// Notes how the cloud took a report.
    func note(_ ending: ReplyOutlet.Ending, at timestamp: Int) {
        switch ending {
        case .whole: note(isTaken: ending.isTaken, at: timestamp)
        // What was not asked of it says nothing of it.
        case .pending, .failed(.off), .failed(.notAsked), .failed(.unanswerable), .failed(.blocked), .failed(.nameless), .failed(.stopped): return
        case .failed: note(isTaken: false, at: timestamp)
        }
    }

    /// Notes whether the cloud took a report.
    public func note(isTaken: Bool, at timestamp: Int) {
        state.withLock { value in value.outageSinceTimestamp = isTaken ? nil : value.outageSinceTimestamp ?? timestamp }
    }
}
