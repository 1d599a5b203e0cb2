import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the capture path has done since it started, for status, metrics and the log at the end.
public final class CaptureCounters: Sendable {
    public struct Values: Sendable, Equatable {
        public var connections = 0
        public var connectionsOpen = 0
        /// Connections from addresses that may not use the port.
        public var strangers = 0
        public var requestsCaptured = 0
        public var requestBytes = 0
        public var repliesForwarded = 0
        public var replyBytes = 0
        /// Replies that were made here, in the cloud's place.
        public var answersGiven = 0
        /// Requests that went on without being kept, where the owner chose so.
        public var requestsNotCaptured = 0
        public var spoolFailures = 0
        /// By ``Refusal/name``.
        public var refusals: [String: Int] = [:]
        /// By ``UpstreamFailure/name``.
        public var upstreamFailures: [String: Int] = [:]
        /// When the last of each happened, seconds since 1970 UTC; nil before the first.
        public var lastCaptureTimestamp: Int?
        public var lastReplyTimestamp: Int?
        public var lastRefusalTimestamp: Int?
        public var lastUpstreamFailureTimestamp: Int?
    }

    private let state = Mutex(Values())

    public init() {}

    public var values: Values { state.withLock { $0 } }

    func count(_ change: (inout Values) -> Void) { state.withLock { change(&$0) } }

    func countCapture(bytes: Int) {
        count {
            $0.requestsCaptured += 1
            $0.requestBytes += bytes
            $0.lastCaptureTimestamp = time(nil)
        }
    }

    func countReply(bytes: Int) {
        count {
            $0.repliesForwarded += 1
            $0.replyBytes += bytes
            $0.lastReplyTimestamp = time(nil)
        }
    }

    func count(_ refusal: Refusal) {
        count {
            $0.refusals[refusal.name, default: 0] += 1
            $0.lastRefusalTimestamp = time(nil)
        }
    }

    func count(_ failure: UpstreamFailure) {
        count {
            $0.upstreamFailures[failure.name, default: 0] += 1
            $0.lastUpstreamFailureTimestamp = time(nil)
        }
    }
}
