import Archive
import Foundation
import Testing

@testable import heliograph

@Suite(.timeLimit(.minutes(10))) struct RowsTests {
    private let envoy = "129900000001"
    private let panel = "129911111111.1"
    private let inverter = "129911111111"
    private let midnight = 1_434_837_600  // 2015-06-21T00:00:00+02:00

    @Test func `readings are those of the days by the Envoy's clock, a line each`() async throws {
        let house = try SimulatedHouse()
        try await house.keep(
            MadeReport(envoy, zone: "Europe/Berlin").reading(panel, at: midnight - 1, joules: 1)
                .reading(panel, at: midnight, joules: 30_000).reading("129922222222.1", at: midnight + 3_600, joules: nil)
                .reading(panel, at: midnight + 86_399, joules: 33_000).reading(panel, at: midnight + 86_400, joules: 1))
        let text = try await asked("readings --data \(house.data) --from 2015-06-21 --to 2015-06-21", now: midnight + 200_000)
        #expect(
            text == """
                Envoy 129900000001, Europe/Berlin
                        device  time                         s       W    AC V     Hz   DC V  DC A  °C
                129911111111.1  2015-06-21T00:00:00+02:00  300  100.00  233.34  50.02  29.50  6.71  42
                129922222222.1  2015-06-21T01:00:00+02:00  300          233.34  50.02  29.50  6.71  42
                129911111111.1  2015-06-21T23:59:59+02:00  300  110.00  233.34  50.02  29.50  6.71  42

                """)
        let today = try await asked("readings --data \(house.data) --device 129922222222 --utc", now: midnight + 5_000, width: 60)
        #expect(
            today == """
                Envoy 129900000001, times in UTC, 129922222222.1
                        device  time                  W   DC V  DC A  °C
                129922222222.1  2015-06-20T23:00:00Z     29.50  6.71  42

                """)
        let none = try await asked("readings --data \(house.data) --from 2014 --to 2014", now: midnight)
        #expect(none == "Envoy 129900000001, Europe/Berlin\nnothing is known of 2014-01-01 to 2014-12-31\n")
    }

    @Test func `readings as JSON are an array with a row a line`() async throws {
        let house = try SimulatedHouse()
        try await house.keep(
            MadeReport(envoy, zone: "Europe/Berlin").reading(panel, at: midnight, joules: 30_001).reading(
                panel, at: midnight + 300, joules: nil))
        let text = try await asked("readings --data \(house.data) --json --from 2015", now: midnight)
        #expect(
            text == """
                [
                {"envoy":"129900000001","device":"129911111111.1","time":"2015-06-21T00:00:00+02:00","durationSeconds":300,"watts":100.003,\
                "acVolts":233.345,"acHertz":50.020,"dcVolts":29.504,"dcAmperes":6.705,"celsius":42,"errorSeconds":0,"errorCycles":0,\
                "joules":30001,"flags":"0x0","id":7},
                {"envoy":"129900000001","device":"129911111111.1","time":"2015-06-21T00:05:00+02:00","durationSeconds":300,\
                "acVolts":233.345,"acHertz":50.020,"dcVolts":29.504,"dcAmperes":6.705,"celsius":42,"errorSeconds":0,"errorCycles":0,\
                "flags":"0x0","id":7}
                ]

                """)
        let none = try await asked("readings --data \(house.data) --json --from 2014 --to 2014", now: midnight)
        #expect(try JSONSerialization.jsonObject(with: Data(none.utf8)) as? [String] == [])
    }

    @Test func `events raised and cleared are one line with how long it lasted`() async throws {
        let house = try SimulatedHouse()
        try await house.keep(
            MadeReport(envoy, zone: "Europe/Berlin").event(1, 512, state: 2, at: midnight, inverter).event(
                2, 512, state: 1, at: midnight + 170, inverter, pairsWith: 1
            )
            .event(3, 509, state: 0, at: midnight + 200, inverter).event(4, 101, state: 2, at: midnight + 300, panel)
            .event(5, 10_009, state: 1, at: midnight + 400, "129922222222", pairsWith: 999).event(
                6, 10_006, state: 7, at: midnight + 500, envoy))
        let from = "--from 2015-06-21 --to 2015-06-21"
        let text = try await asked("events --data \(house.data) \(from)", now: midnight)
        #expect(
            text == """
                Envoy 129900000001, Europe/Berlin
                time                       lasted              device  event
                2015-06-21T00:00:00+02:00  2 min 50 s    129911111111  512 DC power too low
                2015-06-21T00:03:20+02:00                129911111111  509 power-on reset
                2015-06-21T00:05:00+02:00  still on    129911111111.1  101 grid instability
                2015-06-21T00:06:40+02:00  until then    129922222222  10009 microinverter sleeping
                2015-06-21T00:08:20+02:00  state 7       129900000001  10006

                """)
        let device = try await asked("events --data \(house.data) \(from) --device 129911111111", now: midnight)
        #expect(device.split(separator: "\n").count == 5, "the inverter's events, and its channels'")
        let json = try await asked("events --data \(house.data) \(from) --json", now: midnight)
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
        try #require(rows.count == 5)
        #expect(rows.map { $0.text("kind") } == ["raised", "momentary", "raised", "cleared", "state 7"])
        #expect(rows[0].text("ended") == "2015-06-21T00:02:50+02:00" && rows[0].integer("durationSeconds") == 170)
        #expect(rows[2].text("name") == "grid instability" && rows[2]["ended"] == nil)
        #expect(rows[3]["began"] == nil)
    }

    @Test func `events of the last week, and what was raised before it and lasted into it, are meant where no day is given`() async throws {
        let house = try SimulatedHouse()
        let day = 86_400
        try await house.keep(
            MadeReport(envoy, zone: "Europe/Berlin").event(1, 101, state: 2, at: midnight - 9 * day, panel)
                .event(2, 101, state: 1, at: midnight - 8 * day, panel, pairsWith: 1).event(
                    3, 512, state: 2, at: midnight - 9 * day, inverter
                )
                .event(4, 10_009, state: 2, at: midnight - 9 * day, inverter)
                .event(5, 10_009, state: 1, at: midnight - 5 * day, inverter, pairsWith: 4).event(6, 509, state: 0, at: midnight, inverter))
        let text = try await asked("events --data \(house.data)", now: midnight + 600)
        #expect(
            text == """
                Envoy 129900000001, Europe/Berlin
                time                       lasted          device  event
                2015-06-12T00:00:00+02:00  still on  129911111111  512 DC power too low
                2015-06-12T00:00:00+02:00  4 d       129911111111  10009 microinverter sleeping
                2015-06-21T00:00:00+02:00            129911111111  509 power-on reset

                """)
        // Exports of days that adjoin have each once, by the day on which it began.
        var exported: [String] = []
        for (from, to) in [("2015-06-01", "2015-06-14"), ("2015-06-15", "2015-06-30")] {
            let csv = try await asked("export events --data \(house.data) --from \(from) --to \(to)", now: midnight)
            exported += csv.split(separator: "\r\n").dropFirst().map { String($0.split(separator: ",")[2]) }
        }
        #expect(exported == ["101", "512", "10009", "509"])
    }

    @Test func `tables with text fit the terminal: a column goes, and lines are cut`() async throws {
        let house = try SimulatedHouse()
        var made = MadeReport(envoy, zone: "Europe/Berlin").event(1, 10_031, state: 0, at: midnight, inverter)
            .interval(panel, end: midnight + 600, joules: 3_600)
        (made.report.events[0].messageKey, made.report.events[0].messageParameters) = ("6", String(repeating: "long ", count: 40))
        try await house.keep(made)
        let writer = try await ArchiveWriter.open(house.archive)
        try await writer.keep(alerts: [AlertCondition(.init(.diskFilling), String(repeating: "full ", count: 40))], now: midnight)
        try await writer.close()
        for width in [50, 72, 100] {
            for verb in ["events", "alerts --utc", "today"] {
                let lines = try await asked("\(verb) --data \(house.data)", now: midnight + 700, width: width).split(separator: "\n")
                #expect(lines.allSatisfy { $0.count <= width }, "\(verb) at \(width): \(lines)")
            }
        }
        let events = try await asked("events --data \(house.data)", now: midnight + 700, width: 72)
        #expect(events.hasSuffix("\n2015-06-21T00:00:00+02:00          129911111111  10031, key 6, long lon…\n"), "\(events)")
        let narrow = try await asked("events --data \(house.data)", now: midnight + 700, width: 66)
        #expect(narrow.hasSuffix("\n2015-06-21T00:00:00+02:00  129911111111  10031, key 6, long long …\n"), "\(narrow)")
        let alerts = try await asked("alerts --utc --data \(house.data)", now: midnight + 700, width: 72)
        #expect(alerts.contains("  full full ") && alerts.hasSuffix("…\n"))
    }

    @Test func `what an Envoy says never reaches the terminal as a command`() async throws {
        let house = try SimulatedHouse()
        var made = MadeReport(envoy, zone: "Europe/Berlin").event(1, 10_031, state: 0, at: midnight, inverter)
        made.report.events[0].messageKey = "6"
        made.report.events[0].messageParameters = "{\"v\":\"\u{1b}[2J\"}\n"
        try await house.keep(made)
        let text = try await asked("events --data \(house.data) --from 2015", now: midnight)
        #expect(text.hasSuffix("10031, key 6, {\"v\":\"\\u{1B}[2J\"}\\n\n"))
        let lines = try await asked("export events --data \(house.data) --format jsonl", now: midnight)
        let row = try JSONSerialization.jsonObject(with: Data(lines.utf8)) as? [String: Any]
        #expect(row?.text("messageParameters") == "{\"v\":\"\u{1b}[2J\"}\n")
        let csv = try await asked("export events --data \(house.data)", now: midnight)
        #expect(csv.hasSuffix("6,\"{\"\"v\"\":\"\"\u{1b}[2J\"\"}\n\"\r\n"))
    }

    @Test func `the clock of rows and the Envoy's agree, also where zones change and calendars end`() {
        for zone in ["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "UTC", nil] {
            var rows = RowClock(zone: zone)
            let clock = EnvoyClock(zone: zone)
            for instant in stride(from: 1_445_000_000, to: 1_447_000_000, by: 899) + [
                86_400, 951_782_399, 951_782_400, -1, .min, .max, 253_402_128_000,
            ] {
                #expect(rows.time(instant) == clock.time(instant), "\(zone ?? "none") \(instant)")
            }
        }
    }
}
