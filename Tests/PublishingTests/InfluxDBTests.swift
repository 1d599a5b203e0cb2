import Archive
import MadeUpFacts
import Reports
import TestSupport
import Testing

@testable import Publishing

@Suite(.serialized) struct InfluxDBTests {
    @Test(.enabled(if: Program.isInstalled("influxd"))) func `every row is a point in InfluxDB, and sending all again changes nothing`()
        async throws
    {
        try await with(Server.influxDB()) { server in
            let influx = InfluxQuery(port: server.port)
            try await influx.change("CREATE DATABASE solar")
            let flow = try await Flow()
            try await flow.keep(World(seed: 1, reportCount: 60).reports, from: "first")
            let facts = try await flow.facts()
            let target = PublishingTarget.influxDB(
                .init(url: "http://127.0.0.1:\(server.port)", place: .database("solar", user: nil, password: nil)))
            for _ in 0..<2 {
                try await flow.publishing(to: target) { service in
                    let (seen, isRight) = try await eventually {
                        try await influx.facts()
                    } until: {
                        $0 == facts
                    }
                    #expect(isRight, "\(seen) is not \(facts); \(service.reports)")
                    _ = try await eventually {
                        service.reports[0].rowsBehind
                    } until: {
                        $0 == 0
                    }
                    #expect(service.reports[0].rowsSent == facts.intervals + facts.readings + facts.events)
                    #expect(service.reports[0].rowsRefused == 0)
                }
                try await flow.archive.moveCursor("influxdb", to: 0)
            }
        }
    }
}

extension InfluxQuery {
    func facts() async throws -> Facts {
        let intervals = try await sums(of: "envoy_interval", "duration_seconds")
        let energies = try await sums(of: "envoy_interval", "joules")
        let readings = try await sums(of: "envoy_reading", "duration_seconds")
        let readingEnergies = try await sums(of: "envoy_reading", "joules")
        let events = try await sums(of: "envoy_event", "code_number")
        return Facts(
            intervals: intervals.count, intervalsWithEnergy: energies.count, intervalJoules: energies.sum, readings: readings.count,
            readingJoules: readingEnergies.sum, events: events.count)
    }
}
