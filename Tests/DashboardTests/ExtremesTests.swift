import Archive
import Reports
import Testing

@testable import Dashboard

@Suite("Whatever numbers a report brings, the pages and the API answer")
struct ExtremesTests {
    private static let timestamps = [Int.min, -1, 0, 253_402_300_799, Int.max - 1, Int.max]

    @Test("Readings, energy and events of impossible times and sizes", arguments: timestamps)
    func extremes(timestamp: Int) async throws {
        try await withStage { stage in
            let panel = "129901000099.1"
            for number in [Int.min, 1, Int.max] {
                let report = Self.report(of: panel, at: timestamp, number)
                try await stage.archive.keep(report, from: Source(name: "\(number)", receivedTimestamp: SunnyRoof.now))
            }
            let pages = ["/", "/panels", "/panels/\(panel)", "/roof", "/events", "/history?view=day", "/history?view=all", "/captures"]
            let routes = [
                "now", "events", "energy?by=month&from=9999-12-01&to=9999-12-31", "energy?by=year&from=1990-01-01&to=2026-06-21",
                "devices/\(panel)/readings", "devices/\(panel)/energy?by=month&from=9999-12-01&to=9999-12-31",
                "devices/\(SunnyRoof.panels[0])/energy?by=year&from=9999-01-01&to=9999-12-31", "power", "alerts", "roof",
            ]
            for path in pages + routes.map({ "/api/v1/\($0)" }) { #expect(try await stage.ask(path).status == 200, "\(path)") }
        }
    }

    /// A panel that nobody heard of before, and a known one, with nothing but such numbers.
    private static func report(of panel: String, at timestamp: Int, _ number: Int) -> Report {
        var report = SunnyRoof.empty(at: SunnyRoof.now)
        for equipment in [panel, SunnyRoof.panels[0]] {
            var reading = Reading(id: number, equipment: equipment, timestamp: timestamp, durationSeconds: number)
            (reading.joules, reading.acMillivolts, reading.acMillihertz) = (number, number, number)
            (reading.dcMillivolts, reading.dcMilliamperes, reading.celsius) = (number, number, number)
            report.readings.append(reading)
            var interval = Interval(id: number, equipment: equipment, endTimestamp: timestamp, durationSeconds: number)
            interval.joules = number
            report.intervals.append(interval)
            interval = Interval(id: number, equipment: equipment, endTimestamp: timestamp, durationSeconds: 300)
            interval.joules = 1_000
            report.intervals.append(interval)
            var raise = Event(id: number, code: 101, timestamp: timestamp)
            (raise.stateNumber, raise.equipment) = (2, equipment)
            var clear = Event(id: number &+ 1, code: 101, timestamp: number)
            (clear.stateNumber, clear.equipment, clear.correlationID) = (1, equipment, number)
            report.events += [raise, clear]
        }
        return report
    }
}
