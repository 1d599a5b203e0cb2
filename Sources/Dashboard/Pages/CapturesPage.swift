import Archive
import Spool

/// The last exchanges, and how the program that takes them is.
struct CapturesPage {
    struct Fact {
        let name: String
        let value: String
        let isBad: Bool
    }
    struct Row {
        let name: String
        let arrived: String
        let place: String
        let isRejected: Bool
        let size: String
        let files: String
    }
    struct Finding {
        let kind: String
        let subject: String
        let count: String
        /// The last capture that had it; nil where it came from elsewhere.
        let capture: String?
    }

    let facts: [Fact]
    let rows: [Row]
    let hasRows: Bool
    let earlier: String?
    let findings: [Finding]
    let hasFindings: Bool

    static let pageSize = 50

    init(_ captures: [Shelf.Exchange], _ state: ServiceState, now: Int) {
        facts = Self.facts(state, now: now)
        rows = captures.map { capture in
            Row(
                name: capture.stem.description, arrived: Self.arrival(capture.stem),
                place: capture.place.rawValue, isRejected: capture.place == .rejected,
                size: Shown.bytes(capture.files.reduce(0) { $0 + $1.storedBytes }),
                files: capture.files.map(\.kind).joined(separator: ", "))
        }
        hasRows = !rows.isEmpty
        earlier = captures.count == Self.pageSize ? captures.last.map { "/captures?before=\($0.stem)" } : nil
        findings = state.findings.prefix(20).map { finding in
            Finding(
                kind: finding.kind, subject: finding.element + (finding.attribute.map { " · \($0)" } ?? ""), count: "\(finding.count)",
                capture: Stem(fileName: finding.lastSource)?.description)
        }
        hasFindings = !findings.isEmpty
    }

    /// When an exchange came, by this machine's clock: the beginning of its name.
    static func arrival(_ stem: Stem) -> String { String(stem.description.prefix(19).replacing("T", with: " ")) }

    private static func ago(_ timestamp: Int?, _ now: Int) -> String {
        timestamp.map { "\(Shown.duration(now.seconds(since: $0))) ago" } ?? "never"
    }

    /// How it is with the cloud, and who answers the Envoy.
    private static func cloud(_ proxy: ProxyState, now: Int) -> String {
        let reached =
            proxy.cloudFails ? "failed \(ago(proxy.lastCloudFailureTimestamp, now))" : "last reply \(ago(proxy.lastReplyTimestamp, now))"
        let answered = "the Envoy is answered here (experimental: what it accepts is unknown), \(proxy.answersGiven) times so far"
        let what =
            switch proxy.cloud {
            case "off": "the Envoy hears 503"
            case "answer": "not asked; \(answered)"
            case "shield": "\(reached); \(answered)"
            default: proxy.answersMeanwhile ? "\(reached); meanwhile \(answered)" : reached
            }
        return "\(proxy.cloud) for \(Shown.duration(now - proxy.cloudSinceTimestamp)): \(what)"
    }

    private static func facts(_ state: ServiceState, now: Int) -> [Fact] {
        var facts: [Fact] = []
        if let proxy = state.proxy {
            facts += [
                Fact(name: "Running for", value: Shown.duration(now - proxy.startedTimestamp), isBad: false),
                Fact(
                    name: "Captured since then",
                    value: proxy.lastCaptureTimestamp == nil
                        ? "none" : "\(proxy.requestsCaptured), the last \(ago(proxy.lastCaptureTimestamp, now))",
                    isBad: false),
                Fact(name: "Cloud", value: cloud(proxy, now: now), isBad: proxy.cloudFails && proxy.reachesOut),
            ]
            if proxy.undelivered + proxy.undeliveredRefused > 0 {
                let refused = proxy.undeliveredRefused > 0 ? "; \(proxy.undeliveredRefused) refused by it" : ""
                facts.append(
                    Fact(
                        name: "Answered here, not taken by the cloud", value: "\(proxy.undelivered)\(refused)",
                        isBad: proxy.undeliveredRefused > 0))
            }
        }
        facts += [
            Fact(
                name: "Waiting for the archive",
                value: state.waiting == 0 ? "none" : "\(state.waiting), the oldest \(ago(state.oldestWaiting, now))",
                isBad: state.waiting > 20),
            Fact(name: "Not understood", value: state.rejected == 0 ? "none" : "\(state.rejected)", isBad: state.rejected > 0),
            Fact(
                name: "Archive",
                value: state.archive.map { archive in
                    let reports = archive.reportCount == 1 ? "1 report" : "\(archive.reportCount) reports"
                    return "\(Shown.bytes(archive.bytes)), \(reports), \(archive.rowCount) rows"
                } ?? "none yet",
                isBad: false),
            Fact(
                name: "Free on the disk", value: state.freeBytes.map(Shown.bytes) ?? "unknown", isBad: (state.freeBytes ?? .max) < 500 << 20
            ),
        ]
        return facts
    }
}
