import Archive
import Foundation
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

    @Test(.enabled(if: Program.isInstalled("victoria-metrics"))) func `VictoriaMetrics takes the same points`() async throws {
        try await with(Server.victoriaMetrics()) { server in
            let flow = try await Flow()
            try await flow.keep(Roof().reports(50), from: "first")
            let facts = try await flow.facts()
            let target = PublishingTarget.influxDB(
                .init(url: "http://127.0.0.1:\(server.port)", place: .bucket("solar", organisation: "home", token: "of the test")))
            for _ in 0..<2 {
                try await flow.publishing(to: target) { service in
                    try await expectEventually {
                        service.reports[0].rowsBehind
                    } until: {
                        $0 == 0
                    }
                }
                try await flow.archive.moveCursor("influxdb", to: 0)
            }
            let seen = try await VictoriaMetricsExport(port: server.port).facts()
            #expect(seen == facts)
        }
    }

    @Test func `a row whose time can't be told is refused, and no line is broken by what came over the wire`() {
        var text = ""
        var interval = Interval(equipment: "1 2,3=4\n5\\", endTimestamp: 10_000_000_000, durationSeconds: 300)
        #expect(!LineProtocol.append(ArchivedRow(seq: 1, envoy: "e", fact: .interval(interval)), to: &text))
        #expect(text.isEmpty)
        interval.endTimestamp = 1_446_100_000
        interval.joules = 7
        #expect(LineProtocol.append(ArchivedRow(seq: 1, envoy: "e", fact: .interval(interval)), to: &text))
        #expect(
            text
                == "envoy_interval,envoy=e,device=1\\ 2\\,3\\=4_5/ joules=7i,duration_seconds=300i,watts=0.023333333333333334 1446100000000000300\n"
        )
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
