import Archive
import Foundation
import Simulator
import TestSupport
import Testing

/// The program with all its outputs on, before the real servers that they are for.
@Suite(
    "Outputs of a running proxy", .timeLimit(.minutes(10)),
    .enabled(if: Program.isInstalled("mosquitto") && Program.isInstalled("influxd") && Program.isInstalled("prometheus")))
struct OutputsTests {
    private static let reports = 10

    /// Posts reports of the last fifty minutes. The last one is of a minute ago at least.
    private func post(to house: House, _ events: String = "") async throws {
        let now = Int(Date().timeIntervalSince1970)
        for number in 0..<Self.reports {
            let end = now - 60 - (Self.reports - 1 - number) * 300
            let reply = try await house.post(PresentReport.request(endingAt: end, events: number == 0 ? events : ""))
            #expect(reply.status == 200)
        }
    }

    private func metrics(at port: Int) async throws -> String {
        try await Program.run("curl", ["-s", "http://127.0.0.1:\(port)/metrics"]).text
    }

    private static let rows = reports * PresentReport.panels.count * 2

    @Test("Rows arrive everywhere; an alert is raised and ends, and everyone hears of each once")
    func everything() async throws {
        let (influx, broker, hook) = (try Server.influxDB(), try Server.mosquitto(), try Server.python("http_side.py"))
        let listener = Listener()
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: script("hook"), toPath: folder.file("hook").path)
        let port = try freePort()
        let flags = [
            "--mqtt-broker", "mqtt://127.0.0.1:\(broker.port)", "--influxdb-url", "http://127.0.0.1:\(influx.port)",
            "--influxdb-database", "solar", "--webhook-url", "http://127.0.0.1:\(hook.port)/hook", "--command-run",
            folder.file("hook").path, "--dashboard-listen", "127.0.0.1:\(port)", "--alerts-event-after", "1m", "--alerts-every", "1s",
        ]
        try await with(influx) { _ in
            let database = InfluxQuery(port: influx.port)
            try await database.change("CREATE DATABASE solar")
            try await with(broker) { _ in
                try await listener.listen(to: broker.port)
                try await with(hook) { _ in
                    try await withHouse(.normal, flags) { house in
                        // Who tells of what comes next has to have begun.
                        #expect(
                            try await comes {
                                try await metrics(at: port).matches(of: /heliograph_publisher_rows_behind\{publisher="[a-z]+"\} 0\n/).count
                                    == 4
                            })
                        let raised = Int(Date().timeIntervalSince1970) - 120
                        try await post(to: house, PresentReport.event(7, code: 101, state: 2, at: raised))
                        try await expectRows(house, database, hook, folder, listener, port)
                        try await expectGrafana(database)

                        let subject = "event 101 (grid instability) of \(PresentReport.panels[0]).1 is raised since"
                        try await expectAlert("warning alert detail=\"\(subject)", "raised", times: 1, house, hook, listener)
                        let clear = PresentReport.event(8, code: 101, state: 1, at: raised + 110, clears: 7)
                        _ = try await house.post(PresentReport.request(endingAt: raised + 300, events: clear))
                        try await expectAlert("notice alert ended detail=\"\(subject)", "ended", times: 1, house, hook, listener)
                        try await expectAlert("warning alert detail=\"\(subject)", "raised", times: 1, house, hook, listener)
                        #expect(listener.heard.last { $0.topic == "heliograph/alerts" }?.payload == "{\"open\":[]}")
                        let told = try await ask(house, "alerts")
                        #expect(told.text.contains("ended") && told.text.contains("101"), "\(told.text)\(told.errors)")
                        #expect(await house.proxy.stop() == 0)
                        #expect(
                            try await comes {
                                listener.heard.last { $0.topic == "heliograph/availability" }?.payload == "offline"
                            })
                    }
                }
                await listener.end()
            }
        }
    }

    /// What a verb says of this house's archive.
    private func ask(_ house: House, _ arguments: String...) async throws -> Program.Finished {
        try await Program.run(Program.built("heliograph"), arguments + ["--data", house.folder.file("data").path])
    }

    /// All rows and the event are at every other side, each once in meaning.
    private func expectRows(
        _ house: House, _ database: InfluxQuery, _ hook: Server, _ folder: TemporaryFolder, _ listener: Listener, _ port: Int
    ) async throws {
        let count = PresentReport.panels.count * Self.reports
        #expect(
            try await comes {
                let intervals = try await database.sums(of: "envoy_interval", "joules")
                return intervals == (count, count * PresentReport.joulesOfInterval)
            })
        #expect(try await comes { try await database.sums(of: "envoy_reading", "joules").count == count })
        #expect(try await comes { try await database.sums(of: "envoy_event", "code_number").count == 1 })
        #expect(try await comes { lines(of: hook.folder.file("posts")).joined().matches(of: /\\"kind\\":/).count == Self.rows + 1 })
        #expect(try await comes { Set(lines(of: folder.file("lines"))).count == Self.rows + 1 })
        let wattHours = Self.reports * PresentReport.joulesOfInterval / 3_600
        let topic = "heliograph/\(PresentReport.envoy)/\(PresentReport.panels[3]).1/state"
        #expect(
            try await comes {
                let state = listener.heard.last { $0.topic == topic }?.payload ?? ""
                return state.contains("\"wattHoursTotal\":\(wattHours).") && state.contains("\"watts\":100")
            })
        #expect(listener.heard.contains { $0.topic == "homeassistant/device/heliograph_\(PresentReport.envoy)/config" })
        #expect(listener.heard.count { $0.topic == "heliograph/\(PresentReport.envoy)/event" } == 1)
        let text = try await metrics(at: port)
        #expect(
            text.contains("envoy_energy_joules_total{envoy=\"\(PresentReport.envoy)\"} \(count * PresentReport.joulesOfInterval)\n"))
        #expect(text.contains("envoy_power_watts{envoy=\"\(PresentReport.envoy)\"} 400.0\n"))
        #expect(!text.contains("heliograph_publisher_failing{publisher=\"mqtt\"} 1"))
    }

    /// Every question of the sample dashboard for InfluxDB has an answer with numbers.
    private func expectGrafana(_ database: InfluxQuery) async throws {
        let questions = try grafana("heliograph-influxdb.json", "query")
        #expect(questions.count >= 7)
        for question in questions {
            let asked = question.replacing("$timeFilter", with: "time > now() - 24h").replacing("$__interval", with: "5m")
            let answer = try await database.text(asked)
            #expect(answer.contains("\"series\"") && answer.contains("\"values\"") && !answer.contains("error"), "\(asked): \(answer)")
        }
    }

    private func grafana(_ file: String, _ key: String) throws -> [String] {
        let path = URL(filePath: #filePath).appending(path: "../../../packaging/grafana/\(file)").standardized
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any]
        let panels = object?["panels"] as? [[String: Any]] ?? []
        return panels.flatMap { $0["targets"] as? [[String: Any]] ?? [] }.compactMap { $0[key] as? String }
    }

    private func expectAlert(
        _ line: String, _ state: String, times: Int, _ house: House, _ hook: Server, _ listener: Listener
    ) async throws {
        func counts() -> [Int] {
            let posts = lines(of: hook.folder.file("posts")).filter { $0.contains("\\\"alerts\\\":") }.joined()
            return [
                house.proxy.lines(containing: line).count, posts.components(separatedBy: "\\\"state\\\":\\\"\(state)\\\"").count - 1,
                listener.heard.count { $0.topic == "heliograph/alert" && $0.payload.contains("\"state\":\"\(state)\"") },
            ]
        }
        #expect(try await comes { counts() == [times, times, times] }, "\(line): \(counts())")
    }

    /// The whole lines of a file; none while it is not there.
    private func lines(of file: URL) -> [String] {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}

extension OutputsTests {
    private func ask(_ prometheus: Server, _ path: String, _ query: String = "") async throws -> [String: Any] {
        let arguments = query.isEmpty ? [] : ["--data-urlencode", "query=\(query)"]
        let answer = try await Program.run("curl", ["-sG", "http://127.0.0.1:\(prometheus.port)/api/v1/\(path)"] + arguments).output
        return try JSONSerialization.jsonObject(with: Data(answer)) as? [String: Any] ?? [:]
    }

    /// The values that a query has now.
    private func values(_ prometheus: Server, _ query: String) async throws -> [Double] {
        // While it starts it has no answer.
        guard let answer = try? await ask(prometheus, "query", query), answer["status"] as? String == "success" else { return [] }
        let result = (answer["data"] as? [String: Any])?["result"] as? [[String: Any]] ?? []
        return result.compactMap { (($0["value"] as? [Any])?.last as? String).flatMap(Double.init) }
    }

    @Test("A Prometheus that is stopped and started again scrapes it; its sample dashboard and rules have their answers")
    func prometheus() async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: script("hook"), toPath: folder.file("hook").path)
        let port = try freePort()
        let server = try Server.prometheus(of: port)
        let flags = ["--dashboard-listen", "127.0.0.1:\(port)", "--command-run", folder.file("hook").path]
        try await withHouse(.normal, flags) { house in
            try await with(server) { server in
                #expect(try await comes { try await values(server, "up") == [1] }, "before any report")
                try await post(to: house)
                // The cloud fails once.
                try await house.cloud.setBehaviour(.down)
                let end = Int(Date().timeIntervalSince1970) - 50
                #expect(try await house.post(PresentReport.request(endingAt: end)).status == 502)
                let energy = (Self.reports + 1) * PresentReport.panels.count * PresentReport.joulesOfInterval
                #expect(try await comes { try await values(server, "envoy_energy_joules_total") == [Double(energy)] })
                #expect(try await values(server, "envoy_inverter_power_watts") == [100, 100, 100, 100])

                let file = try folder.write(try await metrics(at: port).utf8, to: "metrics")
                let checked = try await Program.run("promtool", ["check", "metrics"], input: file)
                #expect(checked.status == 0 && checked.text.isEmpty && checked.errors.isEmpty, "\(checked.text)\(checked.errors)")

                let before = try await values(server, "count_over_time(up[10m])").first ?? 0
                await server.stop(SIGTERM)
                try await server.start()
                #expect(try await comes { try await values(server, "count_over_time(up[10m])").first ?? 0 > before + 2 })
                #expect(try await values(server, "up") == [1])
                let questions = try grafana("heliograph-prometheus.json", "expr")
                #expect(questions.count >= 11)
                for question in questions {
                    #expect(try await comes { try await !values(server, question).isEmpty }, "\(question)")
                }
                let groups = (try await ask(server, "rules")["data"] as? [String: Any])?["groups"] as? [[String: Any]] ?? []
                let rules = groups.flatMap { $0["rules"] as? [[String: Any]] ?? [] }
                #expect(rules.count == 8 && rules.allSatisfy { $0["health"] as? String == "ok" }, "\(rules)")
            }
        }
    }

    @Test("Without an archive the disk is watched and the program's own figures are told, each alert once")
    func withoutArchive() async throws {
        let port = try freePort()
        let flags = [
            "--ingest", "off", "--alerts-disk-free", "1048576GiB", "--alerts-every", "1s", "--dashboard-listen", "127.0.0.1:\(port)",
        ]
        try await withHouse(.normal, flags) { house in
            #expect(await house.proxy.logs("rule=diskFilling"))
            _ = try await house.post(PostedReport.any.request)
            let looked = ContinuousClock.now
            #expect(
                try await comes {
                    let text = try await metrics(at: port)
                    return text.contains("heliograph_archive_up 0\n") && text.contains("heliograph_requests_captured_total 1\n")
                        && ContinuousClock.now - looked > .seconds(3)
                })
            #expect(house.proxy.lines(containing: "rule=diskFilling").count == 1)
        }
    }

    @Test("A backlog of more than ten thousand rows before dead and hanging servers takes no memory, and arrives when they are back")
    func memory() async throws {
        let hanging = try Server.python("http_side.py")
        try hanging.folder.write("hang".utf8, to: "mode")
        let (hook, broker) = (try freePort(), try freePort())
        let flags = [
            "--influxdb-url", "http://127.0.0.1:\(hanging.port)", "--influxdb-database", "solar", "--webhook-url",
            "http://127.0.0.1:\(hook)/hook", "--mqtt-broker", "mqtt://127.0.0.1:\(broker)",
        ]
        let start = 1_434_844_800
        var envoy = EnvoyModel(
            identity: EnvoyIdentity(place: .freiburg, webcomm: .v4_6_0, seed: 3), roof: Roof(place: .freiburg, panelCount: 12, seed: 3),
            startSeconds: start)
        envoy.advance(to: start + 3 * 86_400)
        try await with(hanging) { hanging in
            try await withHouse(.normal, flags) { house in
                func postNext() async throws {
                    let report = envoy.report(atSeconds: start + 3 * 86_400)
                    #expect(envoy.settle(report, reply: try await house.post(try report.request())))
                }
                func isWaiting(_ name: String) -> Bool {
                    house.proxy.lines(containing: "publishing waits").contains { $0.contains("publisher=\(name) ") }
                }
                func keptRows() async throws -> Int {
                    let archive = try await ArchiveReader.open(house.folder.file("data/archive.sqlite").path)
                    let rows = try await archive.status().rowCount
                    try await archive.close()
                    return rows
                }
                // Those that begin with what comes next have begun.
                #expect(try await comes { isWaiting("mqtt") })
                let base = try await house.proxy.warmMemory {
                    for _ in 0..<2 { try await postNext() }
                    #expect(try await comes { try await keptRows() >= 2_000 && isWaiting("webhook") && isWaiting("influxdb") })
                }
                var posted = 2
                while envoy.backlogCount > 0 {
                    try await postNext()
                    posted += 1
                }
                #expect(
                    try await comes { try await keptRows() > 10_000 && !names(in: house.proxy.spool).contains { $0.hasSuffix(".request") } }
                )
                let rows = try await keptRows()
                let grown = try house.proxy.memory.peak - base
                print("a backlog of \(rows) rows in \(posted) reports: \(grown / 1_024) KiB over \(base / 1_024) KiB")
                #expect(grown < 5 << 20)

                try hanging.folder.write("ok".utf8, to: "mode")
                #expect(
                    try await comes {
                        let text = (try? String(contentsOf: hanging.folder.file("posts"), encoding: .utf8)) ?? ""
                        return text.components(separatedBy: "envoy=").count - 1 == rows
                    })
                let sent = try house.proxy.memory.peak - base
                print("and when they are sent: \(sent / 1_024) KiB")
                #expect(sent < 6 << 20)
            }
        }
    }
}

/// Asks again until it is so; false when the time is up.
private func comes(_ condition: () async throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .patience
    while try await !condition() {
        guard ContinuousClock.now < end else { return false }
        try await Task.sleep(for: .milliseconds(100))
    }
    return true
}
