import Publishing

/// A publisher for a person, on one line.
struct PublisherText {
    private let report: PublisherReport
    private let now: Int

    init(_ report: PublisherReport, now: Int) {
        self.report = report
        self.now = now
    }

    var line: String {
        var parts = ["\(Wording.counted(report.rowsSent, "row")) sent"]
        if let last = report.lastSentTimestamp { parts[0] += ", the last \(Wording.ago(now.seconds(since: last)))" }
        if let behind = report.rowsBehind, behind > 0 { parts.append("\(Wording.counted(behind, "row")) behind") }
        if report.rowsRefused > 0 { parts.append("\(report.rowsRefused) passed over\(report.lastRefusal.map { ": \($0.visible)" } ?? "")") }
        if let error = report.lastError {
            let age = report.lastErrorTimestamp.map { ", \(Wording.ago(now.seconds(since: $0)))" } ?? ""
            parts.append(report.isFailing ? "waiting: \(error.visible)" : "last error: \(error.visible)\(age)")
        }
        return "publish   \(report.name) to \(report.target.visible): \(parts.joined(separator: "; "))"
    }
}
