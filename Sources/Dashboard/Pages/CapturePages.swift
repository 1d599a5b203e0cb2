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
                kind: finding.kind, subject: finding.element + (finding.attribute.map { " · \($0)" } ?? ""), count: "\(finding.count)")
        }
        hasFindings = !findings.isEmpty
    }

    /// When an exchange came, by this machine's clock: the beginning of its name.
    static func arrival(_ stem: Stem) -> String { String(stem.description.prefix(19).replacing("T", with: " ")) }

    /// How it is with the cloud, and who answers the Envoy.
    private static func cloud(_ proxy: ProxyState, now: Int) -> String {
        func ago(_ timestamp: Int?) -> String { timestamp.map { "\(Shown.duration(now - $0)) ago" } ?? "never" }
        let reached = proxy.cloudFails ? "failed \(ago(proxy.lastCloudFailureTimestamp))" : "last reply \(ago(proxy.lastReplyTimestamp))"
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
        func ago(_ timestamp: Int?) -> String { timestamp.map { "\(Shown.duration(now - $0)) ago" } ?? "never" }
        var facts: [Fact] = []
        if let proxy = state.proxy {
            facts += [
                Fact(name: "Running for", value: Shown.duration(now - proxy.startedTimestamp), isBad: false),
                Fact(
                    name: "Captured since then", value: "\(proxy.requestsCaptured), the last \(ago(proxy.lastCaptureTimestamp))",
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
                value: state.waiting == 0 ? "none" : "\(state.waiting), the oldest \(ago(state.oldestWaiting))", isBad: state.waiting > 20),
            Fact(name: "Not understood", value: state.rejected == 0 ? "none" : "\(state.rejected)", isBad: state.rejected > 0),
            Fact(
                name: "Archive",
                value: state.archive.map { "\(Shown.bytes($0.bytes)), \($0.reportCount) reports, \($0.rowCount) rows" } ?? "none yet",
                isBad: false),
            Fact(
                name: "Free on the disk", value: state.freeBytes.map(Shown.bytes) ?? "unknown", isBad: (state.freeBytes ?? .max) < 500 << 20
            ),
        ]
        return facts
    }
}

/// One exchange to look at. What is shown is text, whatever the Envoy put into it.
struct CapturePage {
    struct File {
        let kind: String
        let title: String
        let text: String
        let isCut: Bool
        let stored: String
        let href: String
    }

    let name: String
    let arrived: String
    let place: String
    let files: [File]

    /// More of a file is for downloading.
    private static let shownBytes = 64 << 10

    init(_ capture: Shelf.Exchange, _ house: House) async throws {
        name = capture.stem.description
        arrived = CapturesPage.arrival(capture.stem)
        place = capture.place.rawValue
        var files: [File] = []
        for file in capture.files {
            let bytes = try await house.piece(of: capture, file, from: 0, limit: Self.shownBytes)
            let isMessage = ["request", "response", "answer", "delivery"].contains(file.kind)
            files.append(
                File(
                    kind: file.kind, title: Self.titles[file.kind] ?? file.kind, text: isMessage ? Self.head(bytes) : Self.readable(bytes),
                    isCut: !isMessage && bytes.count == Self.shownBytes, stored: Shown.bytes(file.storedBytes),
                    href: "/api/v1/captures/\(capture.stem)/\(file.kind)"))
        }
        self.files = files
    }

    private static let titles = [
        "request": "Request, as the Envoy sent it", "response": "Reply, as the cloud sent it", "xml": "The report’s XML",
        "incomplete": "Why the reply broke off", "answer": "Our answer, as the Envoy heard it",
        "delivery": "The cloud’s reply to its later delivery",
        "reason": "Why it could not be read",
    ]

    /// A message's head as text, and of what follows the beginning in hexadecimal digits: it is compressed.
    private static func head(_ bytes: [UInt8]) -> String {
        let end = bytes.indices.first { $0 + 4 <= bytes.count && Array(bytes[$0..<$0 + 4]) == [13, 10, 13, 10] }
        guard let end else { return readable(bytes) }
        let body = bytes[(end + 4)...]
        guard !body.isEmpty else { return readable(Array(bytes[..<end])) }
        if !body.contains(where: { $0 < 9 || $0 > 126 }) { return readable(bytes) }
        let digits = body.prefix(256).enumerated().map { index, byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16) + (index % 32 == 31 ? "\n" : " ")
        }
        return readable(Array(bytes[..<end])) + "\n\n" + digits.joined() + (body.count > 256 ? "…" : "")
    }

    /// Bytes as text; what a screen can't show is marked.
    private static func readable(_ bytes: [UInt8]) -> String {
        String(
            String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar in
                scalar == "\n" || scalar == "\t" || scalar.value >= 0x20 && !(0x7f..<0xa0).contains(scalar.value)
                    ? Character(scalar) : scalar == "\r" ? " " : "�"
            })
    }
}
