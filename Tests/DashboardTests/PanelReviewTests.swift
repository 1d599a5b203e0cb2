import Archive
import Foundation
import Reports
import TestSupport
import Testing

@testable import Dashboard

@Suite("What a panel's share over time looks like is told in words", .timeLimit(.minutes(5)))
struct PanelReviewTests {
    private static let today = CivilDate(year: 2026, month: 6, day: 21)

    /// Days up to yesterday, `share` of a median that makes 1 kWh, dull every fifth day.
    private func days(_ count: Int, _ share: (Int) -> Double) -> [PanelReview.Sample] {
        (0..<count).map { index in
            let median = index % 5 == 4 ? 150_000.0 : 3_600_000
            return PanelReview.Sample(day: Self.today.advanced(by: index - count), joules: Int(median * share(index)), median: median)
        }
    }

    private func hours(_ share: (_ day: Int, _ hour: Int) -> Double) -> [PanelReview.Sample] {
        (0..<10).flatMap { day in
            (6..<20).map { hour in
                let median = Double((hour - 5) * (20 - hour)) * 10_000
                return PanelReview.Sample(
                    day: Self.today.advanced(by: day - 10), hour: hour, joules: Int(median * share(day, hour)), median: median)
            }
        }
    }

    @Test("A shadow: weak at some hours on most days, and like its peers at others")
    func shadow() {
        let review = PanelReview(
            days: days(40) { _ in 0.8 }, hours: hours { day, hour in day == 3 ? 1 : (9..<11).contains(hour) || hour == 16 ? 0.4 : 0.98 })
        #expect(review == .shaded(hours: [9, 10, 16], days: 9, of: 10))
        #expect(
            review?.text
                == "It is weak from 9:00 to 11:00 and from 16:00 to 17:00 on 9 of 10 days, and like its peers at other hours: likely a shadow."
        )
    }

    @Test("Dirt or age: a share that falls bit by bit; what falls at once does not")
    func falling() {
        let slow = PanelReview(days: days(60) { 1 - Double($0) * 0.004 }, hours: [])
        guard case .falling(let from, let to, let days)? = slow else { return #expect(Bool(false), "\(String(describing: slow))") }
        #expect(abs(from - 0.96) < 0.02 && abs(to - 0.80) < 0.02 && (58...60).contains(days))
        #expect(PanelReview(days: self.days(60) { $0 < 40 ? 1 : 0.8 }, hours: []) == .alike)
        #expect(PanelReview(days: self.days(20) { 1 - Double($0) * 0.01 }, hours: []) == .alike)
    }

    @Test("A failure: next to nothing for some days; one such day is none")
    func nothing() {
        #expect(PanelReview(days: days(30) { $0 < 26 ? 1 : 0.01 }, hours: []) == .nothing(days: 3))
        #expect(PanelReview(days: days(29) { $0 < 28 ? 1 : 0 }, hours: []) == .alike)
    }

    @Test("Weak at all hours is weak; a panel like its peers is alike; of a few days nothing is said")
    func others() {
        let even = PanelReview(days: days(30) { _ in 0.5 }, hours: hours { _, _ in 0.5 })
        guard case .weak(let share)? = even else { return #expect(Bool(false), "\(String(describing: even))") }
        #expect(abs(share - 0.5) < 0.01)
        #expect(PanelReview(days: days(30) { _ in 1.02 }, hours: hours { _, _ in 1.02 }) == .alike)
        #expect(PanelReview(days: days(2) { _ in 0.1 }, hours: []) == nil)
        #expect(PanelReview(days: [], hours: []) == nil)
    }

    @Test("Tiles, the panel's page and the API tell of a shadow that the archive has, by the Envoy's clock")
    func told() async throws {
        try await withStage(isFilled: false) { stage async throws in
            var report = SunnyRoof.empty(at: SunnyRoof.now)
            report.envoy?.timeZone = "Asia/Kolkata"
            // Midnight there, and hours of 6:00 to 18:00.
            let midnight = SunnyRoof.now - SunnyRoof.now % 86_400 - 19_800
            for day in 1...8 {
                for hour in 6..<18 {
                    for (index, panel) in SunnyRoof.panels.enumerated() {
                        let end = midnight - day * 86_400 + (hour + 1) * 3_600
                        var interval = Interval(id: end + index, equipment: panel, endTimestamp: end, durationSeconds: 3_600)
                        interval.joules = panel == SunnyRoof.shaded && hour == 8 ? 100_000 : 400_000
                        report.intervals.append(interval)
                    }
                }
            }
            try await stage.archive.keep(report, from: Source(name: "shade", receivedTimestamp: SunnyRoof.now))
            // The first page does not wait for what takes a while; while it is open, it is thought of, and told.
            #expect(try await !stage.ask("/").text.contains("shadow?"))
            let stream = try Program("curl", ["-s", "-N", "--max-time", "120", stage.base + "/api/v1/live"])
            #expect(await stream.output.wait { $0.text.matches(of: /event: archive/).count > 1 })
            // A child of a test keeps its signals blocked; this one can't be.
            stream.send(SIGKILL)
            _ = await stream.end()
            #expect(try await stage.ask("/").text.matches(of: #/class="hint">shadow\?</#).count == 1)
            let page = try await stage.ask("/panels/\(SunnyRoof.shaded)").text
            #expect(page.contains("It is weak from 8:00 to 9:00 on 8 of 8 days"), "\(page)")
            #expect(try await stage.ask("/panels/\(SunnyRoof.panels[0])").text.contains("It gives what its peers give."))
            for path in ["/", "/roof"] {
                let text = try await stage.ask(path).text
                #expect(text.matches(of: #/class="hint">shadow\?</#).count == 1, "\(path)")
            }
            let devices = try #require(try await stage.ask("/api/v1/devices").json["devices"] as? [[String: Any]])
            let kinds = devices.compactMap { ($0["review"] as? [String: Any])?["kind"] as? String }
            #expect(kinds == ["alike", "alike", "alike", "shaded"])
        }
    }
}
