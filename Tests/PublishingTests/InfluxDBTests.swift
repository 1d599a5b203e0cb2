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

    @Test(.enabled(if: Program.isInstalled("influxd")))
    func `rows beyond the retention policy are passed over, told and counted, and those within it arrive`() async throws {
        try await with(Server.influxDB()) { server in
            let influx = InfluxQuery(port: server.port)
            try await influx.change("CREATE DATABASE solar WITH DURATION 365d REPLICATION 1 NAME a_year")
            let flow = try await Flow()
            // 2400 old rows and 48 events: more than two whole batches are too old.
            try await flow.keep(Roof().reports(300), from: "old")
            let old = try await flow.archive.reader.status().rowCount
            let recent = Int(Date().timeIntervalSince1970) - 86_400
            let reports = Roof().reports(20, from: recent)
            try await flow.keep(reports, from: "new")
            let rows = try await flow.archive.reader.status().rowCount
            let told = Told()
            let target = PublishingTarget.influxDB(
                .init(url: "http://127.0.0.1:\(server.port)", place: .database("solar", user: nil, password: nil)))
            try await flow.publishing(to: target, told.logger) { service in
                try await expectEventually {
                    service.reports[0].rowsBehind
                } until: {
                    $0 == 0
                }
                let report = service.reports[0]
                #expect(report.rowsRefused == old && report.rowsSent == rows - old, "\(report)")
                #expect(!report.isFailing && report.lastError == nil)
                #expect(report.lastRefusal == "older than what its retention policy keeps")
            }
            #expect(try await influx.facts().intervals == reports.count * 4)
            #expect(try await influx.facts().readings == reports.count * 4)
            let lines = told.lines.filter { $0.contains("passed over") }
            #expect(lines.count == 1 && lines[0].contains("warning") && lines[0].contains("rows=1000"), "\(lines)")
        }
    }

    @Test func `what InfluxDB says of old points is understood, whichever version says it, and no other fault is taken for it`() {
        func count(_ status: Int, _ text: String) -> Int? {
            InfluxDBPublisher.tooOld(WebAnswer(status: status, headers: [:], body: Array(text.utf8)))
        }
        #expect(count(400, #"{"error":"partial write: points beyond retention policy dropped=2"}"#) == 2)
        #expect(
            count(
                422,
                #"{"code":"unprocessable entity","message":"failure writing points to database: partial write: points beyond retention policy dropped=15"}"#
            ) == 15)
        #expect(count(422, "partial write: dropped 8 points outside retention policy of duration 24h0m0s - oldest point a at b") == 8)
        #expect(count(500, "unexpected error writing points to database: partial write: points beyond retention policy dropped=1") == 1)
        #expect(count(400, "partial write: field type conflict: input field \"x\" is type float dropped=1") == nil)
        #expect(count(503, "partial write: points beyond retention policy dropped=2") == nil)
        #expect(count(204, "") == nil)
    }

    @Test func `a bucket's parameters and its token go where 2.x looks for them, at the exact instant of each row`() async throws {
        try await with(Server.python("http_side.py")) { server in
            let flow = try await Flow()
            try await flow.keep(Roof().reports(2), from: "first")
            let target = PublishingTarget.influxDB(
                .init(
                    url: "http://127.0.0.1:\(server.port)/db/", place: .bucket("sun & moon", organisation: "our home", token: "a+token==")))
            try await flow.publishing(to: target) { service in
                try await expectEventually {
                    service.reports[0].rowsBehind
                } until: {
                    $0 == 0
                }
            }
            let post = try #require(try WebhookSubject.posts(at: server).first)
            let url = try #require(URLComponents(string: "http://x" + post.path))
            #expect(url.path == "/db/api/v2/write")
            #expect(
                url.queryItems == [
                    .init(name: "org", value: "our home"), .init(name: "bucket", value: "sun & moon"),
                    .init(name: "precision", value: "ns"),
                ])
            #expect(!post.path.contains("+"), "a plus may be read as a space")
            #expect(post.headers["Authorization"] == "Token a+token==")
            #expect(post.headers["Content-Encoding"] == "gzip" && post.headers["Content-Type"] == "text/plain; charset=utf-8")
            let end = Roof().reports(1)[0].intervals[0].endTimestamp
            #expect(post.body.hasPrefix("envoy_interval,envoy=121319000042,device=121333885001.1 "))
            #expect(post.body.split(separator: "\n")[0].hasSuffix(" \(end)000000300"))
        }
    }

    /// How often a stand-in was asked.
    private func requests(_ side: Server) throws -> Int {
        try String(contentsOf: side.folder.file("times"), encoding: .utf8).split(separator: "\n").count
    }

    @Test func `a server that takes no compressed rows gets each of them plain, and is asked in vain but once`() async throws {
        try await with(Server.python("http_side.py")) { server in
            try server.folder.write("plain".utf8, to: "mode")
            let flow = try await Flow()
            // Two batches at least.
            try await flow.keep(Roof().reports(150), from: "first")
            let rows = try await flow.archive.reader.status().rowCount
            let target = PublishingTarget.influxDB(
                .init(url: "http://127.0.0.1:\(server.port)", place: .bucket("solar", organisation: "home", token: "of the test")))
            try await flow.publishing(to: target) { service in
                try await expectEventually {
                    service.reports[0].rowsBehind
                } until: {
                    $0 == 0
                }
                let report = service.reports[0]
                #expect(report.rowsRefused == 0 && report.rowsSent == rows && report.lastError == nil, "\(report)")
            }
            let posts = try WebhookSubject.posts(at: server)
            #expect(posts.count >= 2 && posts.allSatisfy { $0.headers["Content-Encoding"] == nil })
            #expect(posts.allSatisfy { $0.headers["Authorization"] == "Token of the test" })
            let lines = posts.flatMap { $0.body.split(separator: "\n") }
            #expect(lines.count == rows && Set(lines).count == rows, "\(lines.count) lines, \(rows) rows")
            #expect(try requests(server) == posts.count + 1)
        }
    }

    @Test func `who does not take plain rows either for what they are has refused them`() async throws {
        try await with(Server.python("http_side.py")) { server in
            try server.folder.write("untyped".utf8, to: "mode")
            let flow = try await Flow()
            try await flow.keep(Roof().reports(1), from: "first")
            let target = PublishingTarget.influxDB(
                .init(url: "http://127.0.0.1:\(server.port)", place: .database("solar", user: nil, password: nil)))
            await #expect(throws: PublishError.reject("it answered 415: as the test wishes")) {
                try await target.tryOut(flow.archive.reader)
            }
            #expect(try requests(server) == 2)
        }
    }

    @Test(.enabled(if: Program.isInstalled("influxd")))
    func `a 1.x server with users takes the right password, and of another one says so`()
        async throws
    {
        try await with(Server.influxDB("auth-enabled = true")) { server in
            let (name, password) = ("roof", "sun:and moon")
            try await InfluxQuery(port: server.port).change("CREATE USER \(name) WITH PASSWORD '\(password)' WITH ALL PRIVILEGES")
            let influx = InfluxQuery(port: server.port, user: "\(name):\(password)")
            try await influx.change("CREATE DATABASE solar")
            let flow = try await Flow()
            try await flow.keep(Roof().reports(5), from: "first")
            func target(_ password: String?) -> PublishingTarget {
                .influxDB(.init(url: "http://127.0.0.1:\(server.port)", place: .database("solar", user: name, password: password)))
            }
            try await flow.publishing(to: target("rain")) { service in
                try await expectEventually {
                    service.reports[0].lastError
                } until: {
                    $0?.contains("it answered 401") == true && $0?.contains("authorization failed") == true
                }
                #expect(service.reports[0].rowsSent == 0 && service.reports[0].rowsRefused == 0)
            }
            try await flow.publishing(to: target(password)) { service in
                let facts = try await flow.facts()
                try await expectEventually {
                    try await influx.facts()
                } until: {
                    $0 == facts
                }
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
