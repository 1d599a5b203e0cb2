import Archive
import Foundation
import Reports
import TestSupport
import Testing

@testable import Dashboard

@Suite("A day is the Envoy's, also where clocks change", .timeLimit(.minutes(10)))
struct ZoneTests {
    /// A day, the instant when it began, and how many hours it had.
    struct Day: CustomTestStringConvertible, Sendable {
        var zone: String
        var day: String
        var start: Int
        var hours: Int
        var testDescription: String { "\(day) in \(zone)" }
    }

    static let days = [
        Day(zone: "Europe/Berlin", day: "2026-03-29", start: 1_774_738_800, hours: 23),
        Day(zone: "Europe/Berlin", day: "2026-10-25", start: 1_792_879_200, hours: 25),
        Day(zone: "America/Los_Angeles", day: "2026-03-08", start: 1_772_956_800, hours: 23),
        Day(zone: "US/Pacific", day: "2026-11-01", start: 1_793_516_400, hours: 25),
        Day(zone: "Australia/Adelaide", day: "2026-10-04", start: 1_791_037_800, hours: 23),
        Day(zone: "Asia/Kolkata", day: "2026-06-21", start: 1_781_980_200, hours: 24),
    ]

    /// A roof of one panel that gives 12 W day and night, from the day before to the day after. It is noon of the day.
    private func withRoof(_ day: Day, _ body: @Sendable @escaping (Stage) async throws -> Void) async throws {
        let noon = day.start + (day.hours - 12) * 3_600
        try await withStage(isFilled: false, { $0.clock = { noon } }) { stage async throws in
            var report = SunnyRoof.empty(at: noon)
            report.envoy?.timeZone = day.zone
            report.intervals = stride(from: day.start - 86_400, to: day.start + (day.hours + 24) * 3_600, by: 300).map { begin in
                var interval = Interval(id: begin, equipment: SunnyRoof.panels[0], endTimestamp: begin + 300, durationSeconds: 300)
                interval.joules = 3_600
                return interval
            }
            try await stage.archive.keep(report, from: Source(name: "day", receivedTimestamp: noon))
            try await body(stage)
        }
    }

    @Test("Its energy by the day, by hours, by months and as power is the same, and its hours are as many as it has", arguments: days)
    func energy(day: Day) async throws {
        try await withRoof(day) { stage async throws in
            let span = "from=\(day.day)&to=\(day.day)"
            let energy = 12.0 * Double(day.hours)
            for by in ["hour", "day", "month", "year"] {
                let answer = try await stage.ask("/api/v1/energy?by=\(by)&\(span)").json
                #expect(answer["totalWattHours"] as? Double == energy, "\(by)")
                let periods = try #require(answer["periods"] as? [[String: Any]])
                #expect(periods.count == (by == "hour" ? day.hours : 1))
                if by == "hour" { #expect(periods.allSatisfy { $0["wattHours"] as? Double == 12 && $0["day"] as? String == day.day }) }
                if by == "day" {
                    #expect(periods[0]["startTimestamp"] as? Int == day.start)
                    #expect(periods[0]["endTimestamp"] as? Int == day.start + day.hours * 3_600)
                }
            }
            let power = try await stage.ask("/api/v1/power?\(span)").json
            #expect(power["startTimestamp"] as? Int == day.start && power["endTimestamp"] as? Int == day.start + day.hours * 3_600)
            let watts = try #require(power["watts"] as? [Double])
            #expect(watts.count == day.hours * 12 && watts.allSatisfy { $0 == 12 })
            let panel = try await stage.ask("/api/v1/devices/\(SunnyRoof.panels[0])/energy?\(span)").json
            #expect((panel["periods"] as? [[String: Any]])?.first?["wattHours"] as? Double == energy)
        }
    }

    @Test("Its page has its energy; noon stands where noon was, and is compared with noon of the day before", arguments: days)
    func page(day: Day) async throws {
        try await withRoof(day) { stage async throws in
            let page = try await stage.ask("/history?view=day&at=\(day.day)").text
            #expect(page.contains(">\(12 * day.hours) Wh<"))
            #expect(page.contains(">144 Wh</p><p class=\"note\">the day before, up to this time<"), "\(page)")
            // The hours before noon are those that the day lacks or has twice.
            let place = Double(day.hours - 12) / Double(day.hours) * 100
            let mark = try #require(page.firstMatch(of: #/x="([0-9.]+)%"[^>]*>12:00</#)).output.1
            #expect(try abs(#require(Double(mark)) - place) < 0.1)
            #expect(page.matches(of: #/<th scope="row">[0-9]+:00</#).count == day.hours)
            // Beside each hour stands the same hour of the day before.
            #expect(!page.contains("<td class=\"number\"></td>"))
            for path in ["/history?view=week&at=\(day.day)", "/panels/\(SunnyRoof.panels[0])?day=\(day.day)", "/"] {
                #expect(try await stage.ask(path).status == 200, "\(path)")
            }
            #expect(try await stage.ask("/").text.contains("<h2>Today</h2><p class=\"value\">\(12 * day.hours) Wh<"))
        }
    }
}
