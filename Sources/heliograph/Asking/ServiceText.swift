/// The running proxy for a person.
struct ServiceText {
    private let answer: ServiceAnswer
    private let clock: EnvoyClock
    private let now: Int

    /// - Parameter clock: this machine's.
    init(_ answer: ServiceAnswer, _ clock: EnvoyClock, now: Int) {
        (self.answer, self.clock, self.now) = (answer, clock, now)
    }

    var lines: [String] {
        switch answer {
        case .notRunning: ["proxy     not running"]
        case .unknown(let reason): ["proxy     unknown: \(reason)"]
        case .running(let report):
            ["proxy     " + proxy(report), "captured  " + captured(report), "cloud     " + cloud(report)] + undelivered(report)
                + troubles(report)
                + (report.publishers ?? []).map { PublisherText($0, now: now).line }
        }
    }

    /// How it is with the cloud, alone; empty where that is not known.
    var cloudLine: String { if case .running(let report) = answer { cloud(report) } else { "" } }

    private func proxy(_ report: ServiceReport) -> String {
        "running since \(clock.time(report.startedTimestamp)) on \(report.listen), process \(report.processIdentifier), "
            + "\(Wording.counted(report.connectionsOpen, "connection")) open"
    }

    private func captured(_ report: ServiceReport) -> String {
        "\(Wording.counted(report.requestsCaptured, "request"))\(last(report.lastCaptureTimestamp))"
    }

    private func cloud(_ report: ServiceReport) -> String {
        let since = clock.time(report.cloudSinceTimestamp)
        let answered = "the Envoy has been answered here \(Wording.counted(report.answersGiven, "time")) (\(Settings.Cloud.experimental))"
        switch Settings.Cloud(rawValue: report.cloud) {
        case .off: return "off since \(since): nothing leaves this machine"
        case .answer: return "answer since \(since): nothing leaves this machine; \(answered)"
        case .shield: return "shield since \(since): \(answered); \(reached(report))"
        case .forward, nil:
            let outage = report.cloudOutageSinceTimestamp.map { ", no report taken since \(clock.time($0))" } ?? ""
            let meanwhile = report.answersMeanwhile ? "; \(answered), until it takes reports again" : ""
            return "forward since \(since): \(reached(report))\(outage)\(meanwhile)"
        }
    }

    private func reached(_ report: ServiceReport) -> String {
        let failures = report.cloudFailures.values.reduce(0, +)
        let failed =
            failures == 0 ? "no failures" : "\(failures) failed (\(reasons(report.cloudFailures)))\(last(report.lastCloudFailureTimestamp))"
        return "\(report.upstream): \(report.repliesForwarded) answered\(last(report.lastReplyTimestamp)); \(failed)"
    }

    private func undelivered(_ report: ServiceReport) -> [String] {
        guard report.undelivered + report.undeliveredRefused > 0 else { return [] }
        let refused = report.undeliveredRefused > 0 ? "; \(report.undeliveredRefused) refused by it and put aside" : ""
        return ["waiting   \(Wording.counted(report.undelivered, "report")) answered here that the cloud has not taken\(refused)"]
    }

    private func troubles(_ report: ServiceReport) -> [String] {
        var lines: [String] = []
        let refused = report.refusals.values.reduce(0, +)
        if refused > 0 { lines.append("refused   \(refused) (\(reasons(report.refusals)))\(last(report.lastRefusalTimestamp))") }
        if report.strangers > 0 {
            lines.append("strangers \(Wording.counted(report.strangers, "connection")) from addresses that may not connect")
        }
        if report.diskFailures > 0 {
            lines.append(
                "disk      \(Wording.counted(report.diskFailures, "failure")); \(report.requestsNotCaptured) went on without being kept")
        }
        return lines
    }

    private func reasons(_ counts: [String: Int]) -> String {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }

    private func last(_ timestamp: Int?) -> String { timestamp.map { ", the last \(Wording.ago(now.seconds(since: $0)))" } ?? "" }
}
