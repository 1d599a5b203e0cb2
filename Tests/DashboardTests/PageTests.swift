import Archive
import Foundation
import Reports
import TestSupport
import Testing

@testable import Dashboard

@Suite("Pages show their numbers without a script", .timeLimit(.minutes(10)))
struct PageTests {
    @Test("The first page has power, energy, a plot, a tile for each panel, and what is wrong")
    func now() async throws {
        try await withStage { stage async throws in
            let page = try await stage.ask("/").text
            let watts = SunnyRoof.panels.reduce(0) { $0 + SunnyRoof.joules($1, 95) } / 300
            #expect(page.contains(">\(watts) W<") || page.contains(">\(watts + 1) W<"))
            #expect(page.contains("<path class=\"series\" d=\"M"))
            let levels = page.matches(of: #/class="tile level-(\d)" href="/panels/([\d.]+)"/#).map { "\($0.2) \($0.1)" }
            // A third of the median panel's, and as much.
            #expect(levels == SunnyRoof.panels.map { "\($0) \($0 == SunnyRoof.shaded ? 1 : 5)" })
            #expect(page.contains("12990100000\u{33}.1 made 33\u{a0}% of the median panel"))
            #expect(page.contains("12990100000\u{31}.1: microinverter failed to report"))
        }
    }

    @Test("Each span of the history shows its energy, and as much of the one before as has passed")
    func history() async throws {
        try await withStage { stage async throws in
            let energy = try #require(try await stage.ask("/api/v1/energy?from=2026-06-20&to=2026-06-20").json["totalWattHours"] as? Double)
            let day = try await stage.ask("/history?view=day&at=2026-06-20").text
            #expect(day.contains(String(format: "%.2f kWh", energy / 1_000)) && day.contains("±0\u{a0}% against the day before"))
            for view in ["week", "month", "year", "all"] {
                let page = try await stage.ask("/history?view=\(view)&at=2026-06-21").text
                #expect(page.contains("<path class=\"bars\" d=\"M"), "\(view)")
            }
            let month = try await stage.ask("/history?view=month&at=2026-06-21").text
            #expect(month.contains("href=\"/history?view=day&amp;at=2026-06-20"))
            #expect(month.contains("at=2026-05-01") && !month.contains("at=2026-07-01"))
        }
    }

    @Test("A page that is open hears of a new report at once, and only then")
    func live() async throws {
        try await withStage { stage async throws in
            let stream = try Program("curl", ["-s", "-N", "--max-time", "60", stage.base + "/api/v1/live"])
            _ = await stream.output.wait { $0.text.contains("event: archive") }
            let first = stream.output.value.text
            var report = SunnyRoof.empty(at: SunnyRoof.now + 300)
            report.intervals = [
                Interval(id: 9_999_999, equipment: SunnyRoof.panels[0], endTimestamp: SunnyRoof.now + 300, durationSeconds: 300)
            ]
            try await stage.archive.keep(report, from: Source(name: "next", receivedTimestamp: SunnyRoof.now + 300))
            #expect(await stream.output.wait { $0.text.count > first.count })
            let seq = try await stage.archive.reader.status().lastSeq
            #expect(stream.output.value.text.contains("data: {\"seq\":\(seq),\"alertChange\":0,"))
            // A child of a test keeps its signals blocked; this one can't be.
            stream.send(SIGKILL)
            _ = await stream.end()
        }
    }

    @Test("More live pages than are allowed are turned away, and make room when they go")
    func liveLimit() async throws {
        try await withStage({ $0.livePages = 1 }) { stage async throws in
            let stream = try Program("curl", ["-s", "-N", "--max-time", "60", stage.base + "/api/v1/live"])
            _ = await stream.output.wait { $0.text.contains("event: archive") }
            #expect(try await stage.ask("/api/v1/live").status == 503)
            // A child of a test keeps its signals blocked; this one can't be.
            stream.send(SIGKILL)
            _ = await stream.end()
            var status = 503
            for _ in 0..<20 where status == 503 { status = try await stage.ask("/api/v1/live", ["--max-time", "0.5"]).status }
            #expect(status == 200)
        }
    }
}

@Suite("Plots and spans of time")
struct PlotTests {
    @Test("A scale has round steps that hold all values", arguments: [(0.0, 0.0), (0, 1), (0, 2_585), (49.95, 50.05), (-5, 61), (0, 1e9)])
    func scale(lowest: Double, highest: Double) {
        let scale = Scale(lowest: lowest, highest: highest)
        #expect(scale.lowest <= lowest && scale.highest >= highest && scale.highest > scale.lowest)
        #expect((2...8).contains(scale.steps.count))
        #expect(scale.place(lowest) >= 0 && scale.place(highest) <= 1)
    }

    @Test("Weeks begin on Monday, months and years are whole")
    func spans() {
        let day = CivilDate(year: 2026, month: 6, day: 21)
        func text(_ view: HistorySpan.View, _ day: CivilDate) -> String {
            let span = HistorySpan(view, at: day, known: day...day)
            return "\(span.days.lowerBound) \(span.days.upperBound) \(span.before.map { "\($0.days.lowerBound)" } ?? "-")"
        }
        #expect(text(.week, day) == "2026-06-15 2026-06-21 2026-06-08")
        #expect(text(.month, day) == "2026-06-01 2026-06-30 2026-05-01")
        #expect(text(.month, CivilDate(year: 2024, month: 2, day: 29)) == "2024-02-01 2024-02-29 2024-01-01")
        #expect(text(.year, day) == "2026-01-01 2026-12-31 2025-01-01")
        #expect(text(.day, CivilDate(year: 2026, month: 1, day: 1)) == "2026-01-01 2026-01-01 2025-12-31")
        #expect(HistorySpan(.all, at: day, known: day...day).before == nil)
    }

    @Test("Words in a plot are escaped")
    func escaped() {
        let plot = Plot(shapes: [], marks: [Plot.Mark(place: 0, text: "<b>")], unit: "W", summary: "\"><script>")
        #expect(!plot.svg.contains("<script>") && !plot.svg.contains("<b>"))
    }
}
