import Archive
import Reports

/// The first page: what the roof does at this moment.
struct NowPage {
    struct Tile {
        let href: String
        let title: String
        let watts: String
        let share: String
        let level: String
        let hint: String
        let description: String
    }
    struct Item {
        let text: String
        let since: String
        let href: String?
    }

    let envoy: EnvoyChoice
    let timeZone: String
    let power: String
    let powerNote: String
    let today: String
    let day: String
    let yesterday: String
    let total: String
    let troubles: [Item]
    let hasTroubles: Bool
    let ended: [Item]
    let hasEnded: Bool
    let tiles: [Tile]
    let hasTiles: Bool
    let plan: RoofPlan?
    let tileNote: String
    let plot: String

    init(_ now: EnvoyNow, _ choice: EnvoyChoice, curve: String) {
        var clock = now.envoy.clock
        envoy = choice
        timeZone = now.envoy.timeZone ?? "UTC"
        // A roof that is silent by day gives something that nobody knows; by night it gives nothing.
        power = now.isFresh ? now.today.watts.map(Shown.watts) ?? "–" : now.isDay ? "unknown" : "0 W"
        let count = now.today.panelCount == 1 ? "1 panel" : "\(now.today.panelCount) panels"
        powerNote =
            now.today.latestTimestamp.map { latest in
                let time = Shown.moment(latest, &clock, on: now.today.day)
                return now.isFresh ? "from \(count) at \(time)" : now.isDay ? "since \(time)" : "last reading \(time)"
            } ?? "no reading has come yet"
        today = Shown.energy(now.today.joules)
        day = Shown.day(now.today.day)
        yesterday = now.yesterdayJoules.map(Shown.energy) ?? "–"
        total = Shown.energy(now.joulesTotal)
        troubles = Self.troubles(now, choice, &clock)
        hasTroubles = !troubles.isEmpty
        ended = Self.ended(now, &clock)
        hasEnded = !ended.isEmpty
        tiles = now.panels.map { panel in
            let share = panel.shownShare.map(Shown.percent) ?? "–"
            let watts = now.isFresh ? panel.device.latest?.averageWatts.map(Shown.watts) ?? "–" : Shown.energy(panel.device.joulesToday)
            return Tile(
                href: choice.path(toPanel: panel.device.equipment), title: panel.shortTitle, watts: watts, share: share,
                level: panel.level.map { "level-\($0)" } ?? "level-none", hint: panel.hint, description: panel.description(watts))
        }
        hasTiles = !tiles.isEmpty
        plan = now.tiles.isEmpty ? nil : RoofPlan(now, choice, isEditable: false)
        tileNote =
            now.panels.contains { $0.shareNow != nil }
            ? "Power now, and its share of the median panel’s" : "Energy today; the colour is the share of the median panel’s in seven days"
        plot = curve
    }
}

extension NowPage {
    /// As many events of one kind are told one by one; more are told as one thing.
    private static let single = 3
    private static let endedSeconds = 2 * 86_400

    private static func troubles(_ now: EnvoyNow, _ envoy: EnvoyChoice, _ clock: inout LocalClock) -> [Item] {
        func since(_ timestamp: Int?, _ word: String = "since") -> String {
            timestamp.map { "\(word) \(Shown.moment($0, &clock, on: now.today.day))" } ?? ""
        }
        var items: [Item] = []
        let counts = Dictionary(grouping: now.troubles.filter { $0.kind == .eventOpen }, by: \.code)
        var told: Set<Int?> = []
        for trouble in now.troubles {
            if trouble.kind == .eventOpen, let all = counts[trouble.code], all.count > single {
                guard told.insert(trouble.code).inserted else { continue }
                let name = trouble.code.map { Event(id: 0, code: $0, timestamp: 0).name ?? "event \($0)" } ?? "an event"
                let text = "\(name) on \(all.count) devices"
                items.append(Item(text: text, since: since(all.compactMap(\.sinceTimestamp).min()), href: "/events" + envoy.query))
            } else {
                let panel = now.panels.first { [$0.device.equipment, $0.device.serialNumber].contains(trouble.device) }
                items.append(
                    Item(
                        text: trouble.text, since: since(trouble.sinceTimestamp, trouble.alert == nil ? "since" : "raised"),
                        href: panel.map { envoy.path(toPanel: $0.device.equipment) }
                            ?? (trouble.alert == nil ? nil : "/events" + envoy.query)))
            }
        }
        // Whoever looks at one Envoy hears of the others.
        for alert in now.alerts where alert.isOpen && ![now.envoy.serialNumber, ""].contains(alert.condition.key.envoy) {
            let other = alert.condition.key.envoy
            let text = alert.condition.text { Shown.moment($0, &clock) }
            items.append(
                Item(
                    text: text.contains(other) ? text : "Envoy \(other): \(text)", since: since(alert.beganTimestamp, "raised"),
                    href: "/?envoy=\(other)"))
        }
        return items
    }

    private static func ended(_ now: EnvoyNow, _ clock: inout LocalClock) -> [Item] {
        let names = EquipmentNames.of(now.panels)
        var items: [Item] = []
        for alert in now.alerts {
            guard let end = alert.endedTimestamp, now.now.seconds(since: end) < endedSeconds, items.count < 5 else { continue }
            let span = "\(Shown.moment(alert.beganTimestamp, &clock)) to \(Shown.moment(end, &clock))"
            items.append(Item(text: alert.condition.text(names: names) { Shown.moment($0, &clock) }, since: span, href: nil))
        }
        return items
    }
}

extension House {
    /// A day's power as a plot, with the day before behind it.
    func dayCurve(of envoy: EnvoyStatus, _ day: CivilDate) async throws -> Plot {
        let yesterday = day.advanced(by: -1)
        let steps = try await archive.open().power(of: envoy.serialNumber, in: envoy.span(yesterday...day))
        let (before, _) = Self.line(steps, on: envoy.span(yesterday...yesterday), style: "before")
        let (today, most) = Self.line(steps, on: envoy.span(day...day), style: "series")
        return Plot(
            shapes: [before, today], marks: envoy.hourMarks(of: day, every: 3),
            unit: "W",
            summary: "Power on \(Shown.day(day)), at most \(Shown.watts(most)); behind it the day before")
    }

    /// The steps within a span, broken where more than a few are missing, and the most of them, W.
    private static func line(_ steps: [PowerStep], on span: Range<Int>, style: String) -> (Plot.Shape, most: Double) {
        var points: [(place: Double, value: Double?)] = []
        var last: Int?
        for step in steps where span.contains(step.startTimestamp) {
            let place = (Double(step.startTimestamp - span.lowerBound) + 150) / Double(max(1, span.count))
            if let last, step.startTimestamp.seconds(since: last) > 1_200 { points.append((place, nil)) }
            points.append((place, step.watts))
            last = step.startTimestamp
        }
        return (.line(points: points, style: style), points.compactMap(\.value).max() ?? 0)
    }
}
