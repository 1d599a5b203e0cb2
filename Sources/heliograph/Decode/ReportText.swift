import Foundation
import Reports

/// A report for a person: who sent it, what it sums to, then a line for each panel and each event.
struct ReportText {
    private let report: Report
    private let findings: [Finding]
    private let unlisted: Int
    private let clock: EnvoyClock

    init(_ decoded: Decoded<Report>) {
        report = decoded.value
        findings = decoded.findings
        unlisted = decoded.unlistedFindings
        clock = EnvoyClock(zone: decoded.value.envoy?.timeZone)
    }

    var text: String {
        let parts = [summary, panels, events, ReportText.findings(findings, unlisted)]
        return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private var summary: [String] {
        let envoy = report.envoy
        let energy = report.intervals.compactMap(\.wattHours).reduce(0, +)
        return [
            "report     \(report.timestamp.map(clock.time) ?? "without a time")\(report.webcommVersion.map { ", webcomm \($0.visible)" } ?? "")",
            "envoy      \(envoy?.serialNumber.visible ?? "unknown")\(envoy?.softwareVersion.map { ", firmware \($0.visible)" } ?? "")",
            "time zone  \(envoy?.timeZone?.visible ?? "unknown")\(clock.isGuess ? " (times are UTC)" : "")",
            "holds      \(report.devices.count) devices, \(report.intervals.count) intervals (\(energy.fixed(1)) Wh), "
                + "\(report.readings.count) readings, \(report.events.count) events",
        ]
    }

    /// One line for each piece of equipment: its energy over all intervals, and its newest reading.
    private var panels: [String] {
        var energy: [String: Double] = [:]
        for interval in report.intervals { energy[interval.equipment, default: 0] += interval.wattHours ?? 0 }
        var newest: [String: Reading] = [:]
        for reading in report.readings where reading.timestamp >= newest[reading.equipment]?.timestamp ?? .min {
            newest[reading.equipment] = reading
        }
        let equipment = Set(energy.keys).union(newest.keys).sorted()
        guard !equipment.isEmpty else { return [] }
        let rows = equipment.map { name -> [String] in
            let reading = newest[name]
            return [
                name.visible, energy[name]?.fixed(1) ?? "", reading.map { clock.time($0.timestamp) } ?? "",
                reading?.averageWatts?.fixed(1) ?? "", reading?.dcVolts?.fixed(1) ?? "", reading?.dcAmperes?.fixed(2) ?? "",
                reading?.acVolts?.fixed(1) ?? "", reading?.acHertz?.fixed(2) ?? "", reading?.celsius.map(String.init) ?? "",
            ]
        }
        return TextTable(heads: ["equipment", "Wh", "newest reading", "W", "DC V", "DC A", "AC V", "Hz", "°C"], rows: rows).lines
    }

    private var events: [String] {
        guard !report.events.isEmpty else { return [] }
        let rows = report.events.sorted { ($0.timestamp, $0.id) < ($1.timestamp, $1.id) }.map { event in
            [
                clock.time(event.timestamp), "\(event.id)", event.equipment?.visible ?? "",
                event.state.map { "\($0)" } ?? event.stateNumber.map(String.init) ?? "",
                "\(event.code)\(event.name.map { " \($0)" } ?? "")",
            ]
        }
        return TextTable(heads: ["time", "event", "equipment", "state", "code"], rows: rows).lines
    }

    static func findings(_ findings: [Finding], _ unlisted: Int) -> [String] {
        guard !findings.isEmpty else { return [] }
        return ["not foreseen:"] + findings.map { "  \("\($0)".visible)" } + (unlisted > 0 ? ["  and \(unlisted) more"] : [])
    }
}

/// A reply for a person.
struct ReplyText {
    var text: String

    init(_ decoded: Decoded<Reply>) {
        let ids = decoded.value.processedEvents.map(String.init).joined(separator: ", ")
        let lines = [
            "reply      \(decoded.value.status?.visible ?? "without a status")", "events     \(ids.isEmpty ? "none" : ids) processed",
        ]
        let findings = ReportText.findings(decoded.findings, decoded.unlistedFindings)
        text = (lines + (findings.isEmpty ? [] : [""] + findings)).joined(separator: "\n")
    }
}
