import Archive

/// `status` for a person.
struct StatusText {
    private let house: HouseStatus
    private let isUTC: Bool

    init(_ house: HouseStatus, isUTC: Bool) {
        self.house = house
        self.isUTC = isUTC
    }

    func print(to output: AnswerOutput) throws {
        let service = ServiceText(house.service, HouseStatus.ownClock(isUTC: isUTC), now: house.now)
        try output.print(service.lines + [spool, archive])
        if let envoys = house.archive?.envoys, !envoys.isEmpty {
            try output.print([""])
            try output.print(table(envoys), givingUp: ["address", "firmware", "rows"])
        }
        try output.print(findings)
    }

    private var spool: String {
        let spool = house.spool
        guard spool.exists else { return "spool     \(spool.path), which is not there or can't be listed" }
        var parts = [spool.waiting == 0 ? "nothing waits" : "\(Wording.counted(spool.waiting, "capture")) to archive"]
        if let oldest = spool.oldest { parts[0] += ", the oldest of \(oldest)" }
        if spool.rejected > 0 { parts.append("\(spool.rejected) could not be read") }
        if let free = spool.freeBytes { parts.append("\(Wording.bytes(free)) free") }
        return "spool     \(spool.path): \(parts.joined(separator: "; "))"
    }

    private var archive: String {
        if let failure = house.archiveFailure {
            let hint = failure.hint.map { "\n          \($0)" } ?? ""
            return "archive   \(house.archivePath), which can't be read: \(failure.cause)\(hint)"
        }
        guard let archive = house.archive else { return "archive   \(house.archivePath), which is not there yet" }
        let conflicts = archive.conflictCount > 0 ? "; \(Wording.counted(archive.conflictCount, "row")) came again with other values" : ""
        return "archive   \(house.archivePath): \(Wording.counted(archive.reportCount, "report")), "
            + "\(Wording.counted(archive.rowCount, "row")), \(Wording.bytes(archive.bytes))\(conflicts)"
    }

    private func table(_ envoys: [EnvoyStatus]) -> TextTable {
        let rows = envoys.map { envoy -> [String] in
            let last = envoy.lastReportTimestamp
            return [
                envoy.serialNumber.visible, last.map(house.clock(of: envoy, isUTC: isUTC).time) ?? "unknown",
                last.map { Wording.ago(house.now.seconds(since: $0)) } ?? "",
                "\(envoy.intervalCount + envoy.readingCount + envoy.eventCount)", envoy.softwareVersion?.visible ?? "",
                envoy.address?.visible ?? "",
            ]
        }
        return TextTable(heads: ["Envoy", "last report", "", "rows", "firmware", "address"], rows: rows)
    }

    private var findings: [String] {
        guard !house.findings.isEmpty else { return [] }
        let shown = house.findings.prefix(10).map { finding in
            let place = [finding.element, finding.attribute].compactMap { $0?.visible }.joined(separator: " ")
            return "  \(finding.count) × \(finding.kind) \(place), last in \(finding.lastSource.visible)"
        }
        let rest = house.findings.count - shown.count
        return ["", "unknown things in the reports:"] + shown + (rest > 0 ? ["  and \(rest) more kinds; --json has all"] : [])
    }
}
