import Archive
import Reports
import Testing

@testable import Dashboard

@Suite("An Envoy that has been silent for more than a week", .timeLimit(.minutes(5)))
struct SilentWeekTests {
    /// What it told before.
    enum Told: CaseIterable, Sendable {
        case threeDays, oneDay, energyAlone

        var report: Report {
            var report = SunnyRoof.report(after: self == .oneDay ? SunnyRoof.now - 14 * 3_600 : 0)
            if self == .energyAlone { report.readings = [] }
            return report
        }
    }

    @Test("Its power is unknown by day still, and nothing by night", arguments: Told.allCases, [true, false])
    func power(told: Told, isNoon: Bool) async throws {
        // Its last report came at 14:00.
        let now = SunnyRoof.now + 10 * 86_400 + (isNoon ? 22 : 10) * 3_600
        try await withStage(isFilled: false, { $0.clock = { now } }) { stage async throws in
            try await stage.archive.keep(told.report, from: Source(name: "last", receivedTimestamp: SunnyRoof.now))
            let page = try await stage.ask("/").text
            #expect(page.contains("id=\"power\">\(isNoon ? "unknown" : "0 W")<"), "\(page)")
        }
    }
}
