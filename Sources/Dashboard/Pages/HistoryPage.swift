import Archive

/// Energy over a day, a week, a month, a year or all there is, beside the period before.
struct HistoryPage {
    struct Choice {
        let view: String
        let title: String
        let href: String
        let isChosen: Bool
    }
    struct Row {
        let label: String
        let energy: String
        let before: String
        let href: String?
    }

    let envoy: EnvoyChoice
    let choices: [Choice]
    let title: String
    let view: String
    let at: String
    let earlier: String?
    let later: String?
    let total: String
    let before: String
    let change: String
    let hasBefore: Bool
    let beforeTitle: String
    let rows: [Row]
    let hasRows: Bool
    let plot: String
    let isDay: Bool
    let unit: String
}

extension HistoryPage {
    init(_ span: HistorySpan, _ envoy: EnvoyStatus, _ choice: EnvoyChoice, _ house: House) async throws {
        let reader = try await house.archive.open()
        let now = house.now
        let today = envoy.day(of: now)
        var clock = envoy.clock
        let periods = try await reader.energy(of: envoy.serialNumber, by: span.step, days: span.days)
        let total = periods.reduce(0) { $0 &+ $1.joules }
        var earlier: [EnergyPeriod] = []
        var compared = 0
        if let past = span.before {
            earlier = try await reader.energy(of: envoy.serialNumber, by: span.step, days: past.days)
            compared = try await Self.joules(earlier, of: past, beside: span, of: envoy, in: reader, now: now)
        }
        func href(_ view: HistorySpan.View, _ day: CivilDate) -> String {
            "/history?view=\(view.rawValue)&at=\(day)&envoy=\(envoy.serialNumber)"
        }
        let anchor = span.days.contains(today) ? today : span.days.lowerBound
        let old = HistorySpan.places(earlier, in: span.before, &clock)
        let finer: HistorySpan.View? =
            switch span.step {
            case .hour: nil
            case .day: .day
            case .month: .month
            case .year: .year
            }

        self.envoy = choice
        choices = HistorySpan.View.allCases.map { view in
            Choice(
                view: view.rawValue, title: view == .all ? "All" : view.rawValue.capitalized, href: href(view, anchor),
                isChosen: view == span.view)
        }
        (title, view, at) = (span.title, span.view.rawValue, "\(span.days.lowerBound)")
        self.earlier = span.before.map { href(span.view, $0.days.lowerBound) }
        later = span.after.flatMap { $0.days.lowerBound > today ? nil : href(span.view, $0.days.lowerBound) }
        self.total = Shown.energy(total)
        before = Shown.energy(compared)
        hasBefore = span.before != nil && compared > 0
        change = compared > 0 ? Self.change(Double(total) / Double(compared) - 1) : ""
        beforeTitle = span.before == nil ? "" : "the \(span.name) before" + (span.days.contains(today) ? ", up to this time" : "")
        var names = clock
        rows = periods.map { period in
            let place = span.place(of: period, &clock)
            return Row(
                label: span.label(period, &names), energy: Shown.energy(period.joules),
                before: old.first { abs($0.place - place) < 1e-6 }.map { Shown.energy($0.period.joules) } ?? "",
                href: finer.map { href($0, period.day) })
        }
        hasRows = !rows.isEmpty
        isDay = span.view == .day
        unit = isDay ? "W" : span.unit
        plot = span.view == .day ? try await house.dayCurve(of: envoy, span.days.lowerBound).svg : span.plot(periods, earlier, &clock).svg
    }

    /// Energy of as much of the span before as has passed of this one, joules: as many days, and of the one that is like today what came
    /// before this time of day. All of it where that has no such day, or this one is over.
    ///
    /// - Parameter periods: all of it, in the span's steps.
    private static func joules(
        _ periods: [EnergyPeriod], of past: HistorySpan, beside span: HistorySpan, of envoy: EnvoyStatus, in reader: ArchiveReader, now: Int
    ) async throws -> Int {
        var clock = envoy.clock
        let today = clock.day(of: now)
        let like = past.days.lowerBound.advanced(by: today.daysSince1970 - span.days.lowerBound.daysSince1970)
        guard span.days.contains(today), past.days.contains(like) else { return periods.reduce(0) { $0 &+ $1.joules } }
        let time = clock.instant(of: like, secondsOfDay: clock.secondsOfDay(at: now))
        if span.step == .hour { return HistorySpan.joules(periods, before: time) }
        // By hours only the last: those of a year take longer than all the rest.
        let days = try await reader.energy(of: envoy.serialNumber, by: .day, days: past.days.lowerBound...like)
        let hours = try await reader.energy(of: envoy.serialNumber, by: .hour, days: like...like)
        return HistorySpan.joules(days.filter { $0.day < like } + hours, before: time)
    }

    private static func change(_ share: Double) -> String {
        "\(abs(share) < 0.005 ? "±" : share < 0 ? "−" : "+")\(Shown.percent(abs(share)))"
    }
}

extension HistorySpan {
    /// Where a period begins in the span, from 0 to 1: by its number and the clock on the wall, so that months of different length, and
    /// days on which clocks change, stand side by side.
    func place(of period: EnergyPeriod, _ clock: inout LocalClock) -> Double {
        switch step {
        case .hour:
            let day = period.day.daysSince1970 - days.lowerBound.daysSince1970
            return Double(day * 24 + clock.secondsOfDay(at: period.startTimestamp) / 3_600) / Double(hours)
        case .day: return Double(period.day.daysSince1970 - days.lowerBound.daysSince1970) / Double(slots)
        case .month: return Double(months(to: period.day)) / Double(slots)
        case .year: return Double(period.day.components.year - days.lowerBound.components.year) / Double(slots)
        }
    }

    /// Energy of periods up to an instant; of one that has begun by then the part that has passed.
    static func joules(_ periods: [EnergyPeriod], before instant: Int) -> Int {
        periods.reduce(0) { sum, period in
            let length = max(1, period.endTimestamp - period.startTimestamp)
            let passed = min(max(instant - period.startTimestamp, 0), length)
            return sum &+ Int(Double(period.joules) * Double(passed) / Double(length))
        }
    }

    private var hours: Int { (days.upperBound.daysSince1970 - days.lowerBound.daysSince1970 + 1) * 24 }

    private func months(to day: CivilDate) -> Int {
        let (first, last) = (days.lowerBound.components, day.components)
        return (last.year - first.year) * 12 + last.month - first.month
    }

    /// How many periods have room in it.
    var slots: Int {
        switch step {
        case .hour: hours
        case .day: view == .month ? 31 : days.upperBound.daysSince1970 - days.lowerBound.daysSince1970 + 1
        case .month: months(to: days.upperBound) + 1
        case .year: days.upperBound.components.year - days.lowerBound.components.year + 1
        }
    }

    static func places(
        _ periods: [EnergyPeriod], in span: HistorySpan?, _ clock: inout LocalClock
    ) -> [(place: Double, period: EnergyPeriod)] {
        guard let span else { return [] }
        var result: [(place: Double, period: EnergyPeriod)] = []
        for period in periods { result.append((span.place(of: period, &clock), period)) }
        return result
    }

    func plot(_ periods: [EnergyPeriod], _ earlier: [EnergyPeriod], _ clock: inout LocalClock) -> Plot {
        let width = 1 / Double(slots)
        let scale = step == .hour ? 3_600.0 : 3_600_000
        func bars(_ found: [(place: Double, period: EnergyPeriod)], _ inset: Double) -> [(from: Double, to: Double, value: Double)] {
            found.map { ($0.place + width * inset, $0.place + width * (1 - inset), Double($0.period.joules) / scale) }
        }
        let now = Self.places(periods, in: self, &clock)
        let old = Self.places(earlier, in: before, &clock)
        let best = periods.max { $0.joules < $1.joules }
        return Plot(
            shapes: [.bars(bars: bars(old, 0.06), style: "bars-before"), .bars(bars: bars(now, 0.2), style: "bars")], marks: marks,
            unit: unit,
            summary: "Energy of \(title), by \(step.rawValue)"
                + (best.map { "; the most, \(Shown.energy($0.joules)), \(label($0, &clock))" } ?? ""))
    }

    var unit: String { step == .hour ? "Wh" : "kWh" }

    private var marks: [Plot.Mark] {
        let count = slots
        func mark(_ index: Int, _ text: String) -> Plot.Mark { Plot.Mark(place: (Double(index) + 0.5) / Double(count), text: text) }
        return switch step {
        case .hour:
            (0..<7).map { day in Plot.Mark(place: (Double(day) + 0.5) / 7, text: Shown.shortDay(days.lowerBound.advanced(by: day))) }
        case .day: stride(from: 0, to: count, by: 5).map { mark($0, "\($0 + 1)") }
        case .month where view == .year: (0..<12).map { mark($0, String(Shown.month($0 + 1).prefix(3))) }
        case .month: (0..<count).filter { $0 % 12 == 0 }.map { mark($0 + 5, "\(days.lowerBound.components.year + $0 / 12)") }
        case .year: (0..<count).filter { $0 % max(1, count / 8) == 0 }.map { mark($0, "\(days.lowerBound.components.year + $0)") }
        }
    }
}
