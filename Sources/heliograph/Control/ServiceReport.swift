import Capture
import Foundation
import Publishing
import Spool

/// What only the running proxy knows. It is the JSON object that the control socket gives: keys are the names below, times are
/// seconds since 1970 UTC, what never happened is missing. Keys may be added; those that are there keep their meaning.
struct ServiceReport: Codable, Equatable, Sendable {
    var processIdentifier: Int
    var startedTimestamp: Int
    /// Where TLS is accepted, as it was set.
    var listen: String
    /// `forward`, `shield`, `answer` or `off`.
    var cloud: String
    /// Since when `cloud` is so.
    var cloudSinceTimestamp: Int
    /// Since when the cloud has taken no report; missing where it took the last, or has not been asked.
    var cloudOutageSinceTimestamp: Int?
    /// Whether the Envoy is answered here because of that.
    var answersMeanwhile: Bool
    /// Reports that were answered here and that the cloud has not taken.
    var undelivered: Int
    /// Of what was delivered later, what the cloud refused.
    var undeliveredRefused: Int
    var upstream: String
    var connections: Int
    var connectionsOpen: Int
    /// Connections from addresses that may not connect.
    var strangers: Int
    var requestsCaptured: Int
    var requestBytes: Int
    /// Requests that went on without being kept.
    var requestsNotCaptured: Int
    var repliesForwarded: Int
    /// Replies that were made here, in the cloud's place.
    var answersGiven: Int
    var replyBytes: Int
    var diskFailures: Int
    /// How often requests were refused, by reason.
    var refusals: [String: Int]
    /// How often the cloud failed, by reason; `off` is no failure but the owner's wish.
    var cloudFailures: [String: Int]
    var lastCaptureTimestamp: Int?
    var lastReplyTimestamp: Int?
    var lastRefusalTimestamp: Int?
    var lastCloudFailureTimestamp: Int?
    /// Those who publish; missing where nobody does.
    var publishers: [PublisherReport]?
}

extension ServiceReport {
    init(
        _ settings: Settings, startedTimestamp: Int, _ mode: CloudMode.Value, _ counts: CaptureCounters.Values,
        undelivered: Undelivered.Counts,
        publishers: [PublisherReport]? = nil
    ) {
        self.init(
            processIdentifier: Int(ProcessInfo.processInfo.processIdentifier), startedTimestamp: startedTimestamp,
            listen: "\(settings.listen)", cloud: mode.cloud.rawValue, cloudSinceTimestamp: mode.sinceTimestamp,
            cloudOutageSinceTimestamp: mode.outageSinceTimestamp,
            answersMeanwhile: mode.standsIn(at: Int(Date().timeIntervalSince1970)),
            undelivered: undelivered.waiting, undeliveredRefused: undelivered.refused, upstream: "\(settings.upstream)",
            connections: counts.connections, connectionsOpen: counts.connectionsOpen, strangers: counts.strangers,
            requestsCaptured: counts.requestsCaptured, requestBytes: counts.requestBytes,
            requestsNotCaptured: counts.requestsNotCaptured, repliesForwarded: counts.repliesForwarded,
            answersGiven: counts.answersGiven, replyBytes: counts.replyBytes,
            diskFailures: counts.spoolFailures, refusals: counts.refusals, cloudFailures: counts.upstreamFailures,
            lastCaptureTimestamp: counts.lastCaptureTimestamp, lastReplyTimestamp: counts.lastReplyTimestamp,
            lastRefusalTimestamp: counts.lastRefusalTimestamp, lastCloudFailureTimestamp: counts.lastUpstreamFailureTimestamp,
            publishers: publishers)
    }
}
