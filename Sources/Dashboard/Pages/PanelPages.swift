import Archive

/// All panels in a table.
struct PanelsPage {
    struct Row {
        let href: String
        let title: String
        let serial: String
        let watts: String
        let today: String
        let total: String
        let share: String
        let level: String
        let dcVolts: String
        let acVolts: String
        let celsius: String
        let read: String
    }

    let envoy: EnvoyChoice
    let rows: [Row]
    let hasRows: Bool
    /// Those that are no longer on the roof.
    let removed: [Row]
    let hasRemoved: Bool

    init(_ now: EnvoyNow, _ choice: EnvoyChoice) {
        var clock = now.envoy.clock
        envoy = choice
        rows = now.panels.map { Row($0, choice, on: now.today.day, &clock) }
        hasRows = !rows.isEmpty
        removed = now.removed.map { Row($0, choice, on: now.today.day, &clock) }
        hasRemoved = !removed.isEmpty
    }
}

extension PanelsPage.Row {
    init(_ panel: PanelNow, _ choice: EnvoyChoice, on today: CivilDate, _ clock: inout LocalClock) {
        let latest = panel.device.latest
        self.init(
            href: choice.path(toPanel: panel.device.equipment), title: panel.title, serial: panel.device.equipment,
            watts: latest?.averageWatts.map(Shown.watts) ?? "–", today: Shown.energy(panel.device.joulesToday),
            total: Shown.energy(panel.device.joulesTotal), share: panel.device.shareOfMedian.map(Shown.percent) ?? "–",
            level: panel.device.shareOfMedian.map { $0 < 0.7 ? "weak" : "" } ?? "",
            dcVolts: latest?.dcVolts.map { "\(Shown.fixed($0, 1)) V" } ?? "–",
            acVolts: latest?.acVolts.map { "\(Shown.fixed($0, 1)) V" } ?? "–", celsius: latest?.celsius.map { "\($0) °C" } ?? "–",
            read: latest.map { Shown.moment($0.timestamp, &clock, on: today) } ?? "never")
    }
}

/// One panel: what it measured on a day, and its energy beside the roof's median.
struct PanelPage {
    struct Fact {
        let name: String
        let value: String
    }
    struct Series {
        let key: String
        let title: String
        let unit: String
        let plot: String
    }
    struct Comparison {
        let day: String
        let energy: String
        let median: String
        let share: String
    }

    let envoy: EnvoyChoice
    let device: String
    let title: String
    let subtitle: String
    let day: String
    let dayTitle: String
    let all: String
    let earlier: String
    let later: String?
    let facts: [Fact]
    let series: [Series]
    let hasReadings: Bool
    let comparison: [Comparison]
    let comparisonPlot: String
    let comparisonNote: String
    let review: String
    let isOdd: Bool
    let events: [EventRow]
    let hasEvents: Bool
}

extension PanelPage {
    private static let comparedDays = 30

    init(_ panel: PanelNow, _ envoy: EnvoyStatus, _ choice: EnvoyChoice, on day: CivilDate?, _ house: House) async throws {
        var clock = envoy.clock
        let today = envoy.day(of: house.now)
        // A panel is looked at where it has something to show.
        let shown = day ?? panel.device.latest.map { min(envoy.day(of: $0.timestamp), today) } ?? today
        let span = envoy.span(shown...shown)
        let readings = try await house.readings(of: panel, envoy, in: span)
        let compared = try await house.archive.open().energyBesideMedian(
            of: panel.device.equipment, envoy: envoy.serialNumber, by: .day, days: shown.advanced(by: 1 - Self.comparedDays)...shown)
        let found = try await house.events(envoy: envoy.serialNumber, device: panel.device.equipment, before: nil, limit: 20)
        let latest = panel.device.latest

        self.envoy = choice
        all = "/panels" + choice.query
        (device, title) = (panel.device.equipment, panel.title)
        subtitle = [
            panel.name == nil ? nil : panel.device.equipment, panel.device.partNumber,
            panel.device.isRemoved ? "no longer on the roof" : nil,
        ].compactMap(\.self).joined(separator: " · ")
        (self.day, dayTitle) = ("\(shown)", Shown.day(shown))
        let path = "/panels/\(panel.device.equipment)?envoy=\(envoy.serialNumber)&day="
        earlier = path + "\(shown.advanced(by: -1))"
        later = shown < today ? path + "\(shown.advanced(by: 1))" : nil
        facts = [
            Fact(name: "Last power", value: latest?.averageWatts.map(Shown.watts) ?? "–"),
            Fact(name: "Read", value: latest.map { Shown.moment($0.timestamp, &clock, on: today) } ?? "never"),
            Fact(name: "Today", value: Shown.energy(panel.device.joulesToday)),
            Fact(name: "In all", value: Shown.energy(panel.device.joulesTotal)),
            Fact(name: "Share of the median, 7 days", value: panel.device.shareOfMedian.map(Shown.percent) ?? "–"),
        ]
        series = Self.series(readings, span, envoy.hourMarks(of: shown, every: 6))
        hasReadings = !readings.timestamps.isEmpty
        comparison = compared.reversed().map { period in
            Comparison(
                day: "\(period.day)", energy: Shown.energy(period.joules), median: Shown.energy(period.medianJoules),
                share: period.medianJoules > 0 ? Shown.percent(Double(period.joules) / Double(period.medianJoules)) : "–")
        }
        comparisonPlot = Self.plot(compared, ending: shown).svg
        let sums = compared.reduce((0, 0)) { ($0.0 &+ $1.joules, $0.1 &+ $1.medianJoules) }
        comparisonNote = sums.1 > 0 ? "\(Shown.percent(Double(sums.0) / Double(sums.1))) of the median panel’s in these thirty days" : ""
        review = panel.review?.text ?? ""
        isOdd = !panel.hint.isEmpty
        events = EventRow.rows(found, EquipmentNames.of([panel]), &clock)
        hasEvents = !found.isEmpty
    }

    private static func series(_ readings: ReadingsJSON, _ span: Range<Int>, _ marks: [Plot.Mark]) -> [Series] {
        func one(_ key: String, _ title: String, _ unit: String, _ values: [Double?], floor: Double? = nil) -> Series {
            let points = zip(readings.timestamps, values).map { time, value in
                (place: Double(time - span.lowerBound) / Double(max(1, span.count)), value: value)
            }
            let known = values.compactMap(\.self)
            let range = known.min().flatMap { low in known.max().map { "from \(Shown.fixed(low, 1)) to \(Shown.fixed($0, 1)) \(unit)" } }
            return Series(
                key: key, title: title, unit: unit,
                plot: Plot(
                    shapes: [.line(points: points, style: "series thin")],
                    marks: marks.map { Plot.Mark(place: $0.place, text: $0.text) }, unit: unit,
                    summary: "\(title), \(range ?? "nothing known")", floor: floor
                ).svg)
        }
        return [
            one("watts", "Power", "W", readings.watts, floor: 0), one("dcVolts", "DC voltage", "V", readings.dcVolts),
            one("dcAmperes", "DC current", "A", readings.dcAmperes, floor: 0), one("acVolts", "AC voltage", "V", readings.acVolts),
            one("acHertz", "Grid frequency", "Hz", readings.acHertz),
            one("celsius", "Temperature", "°C", readings.celsius.map { $0.map(Double.init) }),
        ]
    }

    private static func plot(_ periods: [PanelPeriod], ending last: CivilDate) -> Plot {
        let first = last.advanced(by: 1 - comparedDays)
        func bars(_ value: (PanelPeriod) -> Int, _ inset: Double) -> [(from: Double, to: Double, value: Double)] {
            periods.map { period in
                let index = Double(period.day.daysSince1970 - first.daysSince1970)
                return ((index + inset) / Double(comparedDays), (index + 1 - inset) / Double(comparedDays), Double(value(period)) / 3_600)
            }
        }
        return Plot(
            shapes: [.bars(bars: bars(\.medianJoules, 0.06), style: "bars-before"), .bars(bars: bars(\.joules, 0.2), style: "bars")],
            marks: stride(from: 0, to: comparedDays, by: 7).map {
                Plot.Mark(place: (Double($0) + 0.5) / Double(comparedDays), text: Shown.shortDay(first.advanced(by: $0)))
            }, unit: "Wh", summary: "Energy by day; behind it that of the median panel")
    }
}
