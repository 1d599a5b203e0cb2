import Archive
import Foundation
import MadeUpFacts
import TestSupport
import Testing

@testable import Publishing

@Suite struct PrometheusTests {
    private func text() async throws -> String {
        let flow = try await Flow()
        try await flow.keep(World(seed: 3, reportCount: 40).reports, from: "first")
        var program = ProgramFigures()
        (program.startedTimestamp, program.requestsCaptured, program.diskFreeBytes) = (1_446_100_000, 7, 5_000_000)
        (program.cloud, program.cloudSinceTimestamp, program.cloudOutageSinceTimestamp, program.undelivered) = (
            "forward", 1_446_100_000, 1_446_110_000, 4
        )
        program.refusals = ["too large": 2, "a \"strange\"\nreason\\": 1]
        program.cloudFailures = ["unreachable": 3]
        var publisher = PublisherReport(name: "mqtt", target: "mqtt://localhost")
        (publisher.rowsSent, publisher.rowsBehind, publisher.isFailing) = (12, 3, true)
        program.publishers = [publisher]
        return try await PrometheusText.text(flow.archive.reader, program: program, now: 1_446_171_000)
    }

    @Test(.enabled(if: Program.isInstalled("promtool"))) func `promtool has nothing to say against the metrics`() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(try await text().utf8, to: "metrics")
        let checked = try await Program.run("promtool", ["check", "metrics"], input: file)
        #expect(checked.status == 0 && checked.text.isEmpty && checked.errors.isEmpty, "\(checked.text)\(checked.errors)")
    }

    @Test func `totals are those of the archive, and every value has its Envoy and its device`() async throws {
        let flow = try await Flow()
        try await flow.keep(World(seed: 3, reportCount: 40).reports, from: "first")
        let text = try await PrometheusText.text(flow.archive.reader, program: nil, now: 1_446_171_000)
        for device in try await flow.archive.reader.devices(now: 1_446_171_000) {
            #expect(
                text.contains(
                    "envoy_inverter_energy_joules_total{envoy=\"\(device.envoy)\",device=\"\(device.equipment)\"} \(device.joulesTotal)\n"))
        }
        #expect(!text.contains("heliograph_requests"), "there is no program that could tell")
    }

    @Test func `an empty archive gives metrics as well`() async throws {
        let flow = try await Flow()
        let text = try await PrometheusText.text(flow.archive.reader, program: nil, now: 0)
        #expect(text.contains("heliograph_archive_rows_total 0\n"))
    }

    @Test(.enabled(if: Program.isInstalled("promtool"))) func `promtool takes the sample alert rules`() async throws {
        let checked = try await Program.run("promtool", ["check", "rules", packaging("prometheus/heliograph.rules.yml")])
        #expect(checked.status == 0, "\(checked.text)\(checked.errors)")
    }

    @Test(.enabled(if: Program.isInstalled("promtool"))) func `the sample alert rules fire when they should, and not when not`()
        async throws
    {
        let checked = try await Program.run("promtool", ["test", "rules", script("rules.test.yml")])
        #expect(checked.status == 0, "\(checked.text)\(checked.errors)")
    }

    @Test(.enabled(if: Program.isInstalled("promtool"))) func `without an archive the program's own figures are told all the same`()
        async throws
    {
        var program = ProgramFigures()
        program.requestsCaptured = 7
        let text = PrometheusText.text(withoutArchive: program)
        #expect(text.contains("heliograph_archive_up 0\n") && text.contains("heliograph_requests_captured_total 7\n"))
        #expect(!text.contains("envoy_"))
        let file = try TemporaryFolder()
        let checked = try await Program.run("promtool", ["check", "metrics"], input: try file.write(text.utf8, to: "metrics"))
        #expect(checked.status == 0 && checked.text.isEmpty && checked.errors.isEmpty, "\(checked.text)\(checked.errors)")
    }

    @Test func `energy below zero is from no panel: what is counted never falls`() async throws {
        let flow = try await Flow()
        var reports = Roof().reports(2)
        for index in reports[1].intervals.indices { reports[1].intervals[index].joules = -20_000 }
        try await flow.keep(reports[..<1], from: "first")
        let before = try await flow.archive.reader.devices(now: 1_446_171_000).map(\.joulesTotal)
        try await flow.keep(reports[1...], from: "second")
        #expect(try await flow.archive.reader.devices(now: 1_446_171_000).map(\.joulesTotal) == before)
        #expect(try await flow.archive.reader.sumsAgree())
    }

    @Test func `the power of a silent Envoy is told no more by day, and is 0 W at night`() async throws {
        let flow = try await Flow()
        let reports = Roof().reports(800)
        try await flow.keep(reports, from: "first")
        let last = try #require(reports.last?.timestamp)
        // Reports of this flow are received at one instant, later than all.
        func power(_ now: Int) async throws -> [Substring] {
            try await PrometheusText.text(flow.archive.reader, program: nil, now: now).split(separator: "\n").filter {
                $0.hasPrefix("envoy_power_watts{") || $0.hasPrefix("envoy_inverter_power_watts{") || $0.hasPrefix("envoy_daylight{")
            }
        }
        let received = 1_450_000_000
        let live = try await power(received + 60)
        #expect(live.count == 6 && live.contains { $0.hasPrefix("envoy_power_watts{") && !$0.hasSuffix(" 0.0") }, "\(live)")
        let day = received - received % 86_400 + 86_400
        #expect(try await power(day + 10 * 3_600) == ["envoy_daylight{envoy=\"121319000042\"} 1"])
        let night = try await power(day + 22 * 3_600)
        #expect(night.count == 6 && night.allSatisfy { $0.hasSuffix(" 0.0") || $0.hasSuffix(" 0") }, "\(night)")
        #expect(last < received)
    }

    @Test(arguments: ["prometheus/heliograph.rules.yml", "grafana/heliograph-prometheus.json"])
    func `rules and dashboard ask for metrics that there are`(_ file: String) async throws {
        let wanted = try String(contentsOfFile: packaging(file), encoding: .utf8).matches(of: /(envoy|heliograph)_[a-z_]+[a-z]/).map {
            String($0.0)
        }
        let known = try await text()
        let others = ["heliograph_last_cloud_failure_timestamp_seconds", "heliograph_last_reply_timestamp_seconds"]
        #expect(wanted.count > 5)
        for name in Set(wanted) { #expect(known.contains("# TYPE \(name) ") || others.contains(name), "\(name)") }
    }

    @Test func `the InfluxDB dashboard asks for measurements and fields that there are`() throws {
        let text = try String(contentsOfFile: packaging("grafana/heliograph-influxdb.json"), encoding: .utf8)
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
        let source = try String(contentsOfFile: sources("InfluxDB/LineProtocol.swift"), encoding: .utf8)
        let fields = text.matches(of: /(?:sum|mean|last|count)\(\\"([a-z_]+)\\"\)/).map { String($0.1) }
        #expect(fields.count >= 6)
        for field in fields { #expect(source.contains("\"\(field)\""), "\(field)") }
    }
}

private func packaging(_ file: String) -> String { root.appending(path: "packaging/\(file)").path }
private func sources(_ file: String) -> String { root.appending(path: "Sources/Publishing/\(file)").path }
private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
