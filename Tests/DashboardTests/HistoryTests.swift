import Archive
import Reports
import Testing

@testable import Dashboard

@Suite("What has passed is compared with as much of the period before", .timeLimit(.minutes(10)))
struct HistoryTests {
    /// Half past two in Berlin, and the part of the period before that counts then.
    struct Moment: CustomTestStringConvertible, Sendable {
        var view: String
        var today: String
        var now: Int
        /// The first instant of the period before, and the one that is like `now`.
        var before: Range<Int>
        var testDescription: String { "the \(view) on \(today)" }
    }

    static let moments = [
        // From 2026-06-08 to 2026-06-14T14:30.
        Moment(view: "week", today: "2026-06-21", now: 1_782_045_000, before: 1_780_869_600..<1_781_440_200),
        // From 2026-05-01 to 2026-05-21T14:30, and to 2026-05-30T14:30: May has a day more.
        Moment(view: "month", today: "2026-06-21", now: 1_782_045_000, before: 1_777_586_400..<1_779_366_600),
        Moment(view: "month", today: "2026-06-30", now: 1_782_822_600, before: 1_777_586_400..<1_780_144_200),
        // All of February, which has no such day.
        Moment(view: "month", today: "2026-03-31", now: 1_774_960_200, before: 1_769_900_400..<1_772_319_600),
        // From 2025-01-01 to 2025-06-21T14:30, and to 2025-03-29T14:30: clocks had not changed yet as they had a year later.
        Moment(view: "year", today: "2026-06-21", now: 1_782_045_000, before: 1_735_686_000..<1_750_509_000),
        Moment(view: "year", today: "2026-03-29", now: 1_774_787_400, before: 1_735_686_000..<1_743_255_000),
    ]

    private static let step = 1_800

    /// Power over the half hour that begins then, W: another at other times of the day and on other days of the week.
    private static func watts(_ begin: Int) -> Int { 1 + begin / 3_600 % 24 / 3 + 2 * (begin / 86_400 % 7) }

    private static func joules(_ span: Range<Int>) -> Int {
        stride(from: span.lowerBound, to: span.upperBound, by: step).reduce(0) { $0 + watts($1) * step }
    }

    /// A roof of one panel, from a few days before the period before until now.
    private func withRoof(since start: Int, now: Int, _ body: @Sendable @escaping (Stage) async throws -> Void) async throws {
        try await withStage(isFilled: false, { $0.clock = { now } }) { stage async throws in
            var report = SunnyRoof.empty(at: now)
            report.intervals = stride(from: start - 3 * 86_400, to: now, by: Self.step).map { begin in
                let end = begin + Self.step
                var interval = Interval(id: begin, equipment: SunnyRoof.panels[0], endTimestamp: end, durationSeconds: Self.step)
                interval.joules = Self.watts(begin) * Self.step
                return interval
            }
            try await stage.archive.keep(report, from: Source(name: "past", receivedTimestamp: now))
            try await body(stage)
        }
    }

    @Test("Of the day that is like today only the time up to now counts", arguments: moments)
    func upToNow(moment: Moment) async throws {
        try await withRoof(since: moment.before.lowerBound, now: moment.now) { stage async throws in
            let page = try await stage.ask("/history?view=\(moment.view)&at=\(moment.today)").text
            let before = Shown.energy(Self.joules(moment.before))
            #expect(page.contains(">\(before)</p><p class=\"note\">the \(moment.view) before, up to this time<"), "\(before): \(page)")
        }
    }

    @Test("A week like the one before is no worse than it in the middle of a day")
    func change() async throws {
        let week = Self.moments[0]
        try await withRoof(since: week.before.lowerBound, now: week.now) { stage async throws in
            let page = try await stage.ask("/history?view=week&at=\(week.today)").text
            #expect(page.contains(">±0\u{a0}% against the week before, up to this time<"), "\(page)")
        }
    }

    @Test(
        "What is over is compared with all of the period before",
        arguments: [
            ("week", "2026-06-10", 1_780_264_800..<1_780_869_600),
            // March has a day more than April, and an hour less than its days.
            ("month", "2026-04-10", 1_772_319_600..<1_774_994_400),
        ])
    func over(view: String, at day: String, before: Range<Int>) async throws {
        try await withRoof(since: before.lowerBound, now: Self.moments[0].now) { stage async throws in
            let page = try await stage.ask("/history?view=\(view)&at=\(day)").text
            #expect(page.contains(">\(Shown.energy(Self.joules(before)))</p><p class=\"note\">the \(view) before<"), "\(page)")
        }
    }
}
