import Foundation
import TestSupport

@testable import Publishing

/// VictoriaMetrics, with faults before it.
///
/// It has no log of what it has not yet written (an answer of its means that the points are in its memory), so it is stopped by word,
/// and writes then.
struct VictoriaMetricsSubject: Subject {
    let victoria: Server
    let side: Server

    init() throws {
        let victoria = try Server.victoriaMetrics()
        self.victoria = victoria
        side = try Server.python("http_side.py", "\(victoria.port)")
    }

    var target: PublishingTarget {
        .influxDB(.init(url: "http://127.0.0.1:\(side.port)", place: .bucket("solar", organisation: "home", token: "of the test")))
    }

    var hastyTarget: PublishingTarget? { nil }

    func start() async throws {
        try await victoria.start()
        try await side.start()
    }

    func stop() async {
        await side.stop()
        await victoria.stop(SIGTERM)
    }

    func set(_ mode: String) throws { try side.folder.write(mode.utf8, to: "mode") }

    func fault(against flow: Flow) async throws -> String? {
        let (seen, facts) = (try await VictoriaMetricsExport(port: victoria.port).facts(), try await flow.facts())
        return seen == facts ? nil : "VictoriaMetrics has \(seen), the archive \(facts)"
    }
}

/// What VictoriaMetrics holds, each point once: it may keep one twice until it merges, and shows it once to who asks.
struct VictoriaMetricsExport {
    let port: Int

    private struct Series: Decodable {
        var metric: [String: String]
        var values: [Double]
        var timestamps: [Int]

        var name: String { metric["__name__"] ?? "" }
        var points: [Int: Double] { Dictionary(zip(timestamps, values)) { $1 } }
    }

    func facts() async throws -> Facts {
        // It answers from memory only what it has flushed.
        _ = try await Program.run("curl", ["-s", "http://127.0.0.1:\(port)/internal/force_flush"])
        let text = try await Program.run(
            "curl", ["-sG", "http://127.0.0.1:\(port)/api/v1/export", "--data-urlencode", "match[]={__name__=~\"envoy_.*\"}"]
        ).text
        let series = try text.split(separator: "\n").map { try JSONDecoder().decode(Series.self, from: Data($0.utf8)) }
        func count(_ name: String) -> Int { series.filter { $0.name == name }.reduce(0) { $0 + $1.points.count } }
        func sum(_ name: String) -> Int { Int(series.filter { $0.name == name }.reduce(0) { $0 + $1.points.values.reduce(0, +) }) }
        return Facts(
            intervals: count("envoy_interval_duration_seconds"), intervalsWithEnergy: count("envoy_interval_joules"),
            intervalJoules: sum("envoy_interval_joules"), readings: count("envoy_reading_duration_seconds"),
            readingJoules: sum("envoy_reading_joules"), events: count("envoy_event_code_number"))
    }
}
