import Foundation
import Testing

@testable import heliograph

@Suite(.timeLimit(.minutes(10))) struct TodayAndDevicesTests {
    private let envoy = "129900000001"

    @Test func `today's energy, hours and power are those of the rows`() async throws {
        var house = try SimulatedHouse()
        let noon = try instant("2015-06-21T10:20:00Z")
        try await house.live(envoy, from: noon - 36 * 3_600, to: noon)
        let rows = house.intervals[envoy] ?? []
        let counted = try IndependentSums.joules(rows, zone: "Europe/Berlin", by: "yyyy-MM-dd'T'HH':00:00'xxx")
        let json = try await askedJSON("today --data \(house.data)", now: noon + 60)
        let told = try #require(json.list("envoys").first)
        let day = counted.filter { $0.key.hasPrefix("2015-06-21") }
        #expect(abs(Double(told.integer("joules") ?? 0) - day.values.reduce(0, +)) < 1)
        #expect(told.list("hours").count == day.count)
        for hour in told.list("hours") {
            let expected = try #require(day[hour.text("start") ?? ""])
            #expect(abs(Double(hour.integer("joules") ?? 0) - expected) <= 30)
        }
        let latest = Dictionary(grouping: house.readings[envoy] ?? [], by: \.channel).compactMapValues {
            $0.max { $0.dateSeconds < $1.dateSeconds }
        }
        let watts = latest.values.reduce(0) { $0 + Double($1.joules) / Double($1.durationSeconds) }
        #expect(abs((told.number("watts") ?? 0) - watts) < 0.01)
        #expect(told.integer("panels") == 3)
        let newest = try #require(latest.values.map(\.dateSeconds).max())
        #expect(told.integer("lastReadingAgeSeconds") == noon + 60 - newest)
        #expect(try instant(told.text("lastReading") ?? "") == newest)
    }

    @Test func `today is a page: energy, power and how old it is, a bar for each hour`() async throws {
        let house = try SimulatedHouse()
        let time = try instant("2015-06-21T08:30:00Z")
        try await house.keep(
            MadeReport(envoy, zone: "Europe/Berlin").interval("129911111111.1", end: time, joules: 72_000)
                .interval("129911111111.1", end: time - 3_600, joules: 36_000)
                .reading("129911111111.1", at: time - 120, joules: 30_000).reading("129922222222.1", at: time - 60, joules: 33_000))
        let expected = """
            Envoy 129900000001, Europe/Berlin
            today   2015-06-21
            energy  0.03 kWh
            power   210 W from 2 panels, 2015-06-21T10:29:00+02:00 (4 minutes ago)

            hour     Wh
            09:00  10.0  ████████████████████
            10:00  20.0  ████████████████████████████████████████

            """
        #expect(try await asked("today --data \(house.data)", now: time + 180) == expected)
        let utc = try await asked("today --data \(house.data) --utc", now: time + 180)
        #expect(utc.contains("times in UTC\n") && utc.contains(" 2015-06-21T08:29:00Z (4 minutes ago)") && utc.contains("\n08:00  20.0"))
        // The day after: nothing yet, and the power is of yesterday.
        let next = try await asked("today --data \(house.data)", now: time + 86_400)
        #expect(
            next == """
                Envoy 129900000001, Europe/Berlin
                today   2015-06-22
                energy  0.00 kWh
                power   210 W from 2 panels, 2015-06-21T10:29:00+02:00 (24 hours ago)

                """)
    }

    @Test func `each panel has a line; what there is no room for is left out, the least important first`() async throws {
        let house = try SimulatedHouse()
        let time = try instant("2015-06-21T08:30:00Z")
        try await house.keep(
            MadeReport(envoy, zone: "Europe/Berlin").device("129911111111", condition: 0x40000, channel: 0x10)
                .device("129922222222", adminState: 3).device("129933333333")
                .interval("129911111111.1", end: time, joules: 36_000).interval("129922222222.1", end: time, joules: 18_000)
                .interval("129911111111.1", end: time - 86_400, joules: 3_600_000)
                .interval("129922222222.1", end: time - 86_400, joules: 0)
                .reading("129911111111.1", at: time - 120, joules: 30_000).reading("129922222222.1", at: time - 90_000, joules: 33_000))
        #expect(
            try await asked("devices --data \(house.data)", now: time) == """
                Envoy 129900000001, Europe/Berlin
                        device      W  DC V  DC A   AC V     Hz  °C  Wh today  kWh in all  share %  read        flags         remark
                129911111111.1  100.0  29.5  6.71  233.3  50.02  42        10         1.0      199  10:28:00    0x40000/0x10
                129922222222.1  110.0  29.5  6.71  233.3  50.02  42         5         0.0        1  2015-06-20                deleted
                129933333333.1                                              0         0.0        0  never

                """)
        let narrow = try CommandTranscript("devices --data .", in: house.folder.url, environment: ["COLUMNS": "90"])
        #expect(narrow.output.split(separator: "\n").allSatisfy { $0.count <= 90 })
        #expect(narrow.output.contains("        device      W  DC V   AC V  °C  Wh today  kWh in all  share %  read        remark\n"))
        #expect(narrow.errors == "not shown at 90 columns: flags, Hz, DC A; --json has everything\n")

        let json = try await askedJSON("devices --data \(house.data)", now: time)
        let devices = try #require(json.list("envoys").first?.list("devices"))
        try #require(devices.count == 3)
        #expect(devices.map { $0.text("device") } == ["129911111111.1", "129922222222.1", "129933333333.1"])
        #expect(devices[0].integer("totalJoules") == 3_636_000 && devices[0].integer("todayJoules") == 36_000)
        #expect(devices[0].number("shareOfMedian") == 1.99)
        let latest = devices[0]["latest"] as? [String: Any]
        #expect(latest?.text("time") == "2015-06-21T10:28:00+02:00" && latest?.number("watts") == 100 && latest?.number("acHertz") == 50.02)
        #expect((devices[0]["channelFlags"] as? [String: String]) == ["condition": "0x10"])
        #expect(devices[1].integer("adminState") == 3 && devices[2]["latest"] == nil)
    }
}
