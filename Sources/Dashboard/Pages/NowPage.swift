import Archive

/// The first page: what the roof does at this moment.
struct NowPage {
    struct Tile {
        let href: String
        let title: String
        let watts: String
        let share: String
        let level: String
        let description: String
    }
    struct Item {
        let text: String
        let since: String
        let href: String?
    }

    let envoy: EnvoyChoice
    let timeZone: String
    let isFresh: Bool
    let power: String
    let powerNote: String
    let today: String
    let day: String
    let yesterday: String
    let total: String
    let troubles: [Item]
    let hasTroubles: Bool
    let tiles: [Tile]
    let hasTiles: Bool
    let plan: RoofPlan?
    let tileNote: String
    let plot: String

    init(_ now: EnvoyNow, among envoys: [EnvoyStatus], curve: String) {
        var clock = now.envoy.clock
        envoy = EnvoyChoice(now.envoy, among: envoys)
        timeZone = now.envoy.timeZone ?? "UTC"
        isFresh = now.isFresh
        power = now.isFresh ? now.today.watts.map(Shown.watts) ?? "–" : "0 W"
        let count = now.today.panelCount == 1 ? "1 panel" : "\(now.today.panelCount) panels"
        powerNote =
            now.today.latestTimestamp.map { latest in
                let time = Shown.moment(latest, &clock, on: now.today.day)
                return now.isFresh ? "from \(count) at \(time)" : "last reading \(time)"
            } ?? "no reading has come yet"
        today = Shown.energy(now.today.joules)
        day = Shown.day(now.today.day)
        yesterday = now.yesterdayJoules.map(Shown.energy) ?? "–"
        total = Shown.energy(now.panels.reduce(0) { $0 &+ $1.device.joulesTotal })
        troubles = now.troubles.map { trouble in
            Item(
                text: trouble.text, since: trouble.sinceTimestamp.map { "since \(Shown.moment($0, &clock))" } ?? "",
                href: trouble.device.flatMap { device in now.panels.contains { $0.device.equipment == device } ? "/panels/\(device)" : nil })
        }
        hasTroubles = !troubles.isEmpty
        tiles = now.panels.map { panel in
            let share = panel.shownShare.map(Shown.percent) ?? "–"
            let watts = now.isFresh ? panel.device.latest?.averageWatts.map(Shown.watts) ?? "–" : Shown.energy(panel.device.joulesToday)
            return Tile(
                href: "/panels/\(panel.device.equipment)", title: panel.shortTitle, watts: watts, share: share,
                level: panel.level.map { "level-\($0)" } ?? "level-none",
                description: "\(panel.title): \(watts), \(share) of the median panel")
        }
        hasTiles = !tiles.isEmpty
        plan = now.tiles.isEmpty ? nil : RoofPlan(now, isEditable: false)
        tileNote =
            now.panels.contains { $0.shareNow != nil }
            ? "Power now, and its share of the median panel’s" : "Energy today; the colour is the share of the median panel’s in seven days"
        plot = curve
    }
}

extension House {
    /// A day's power as a plot, with the day before behind it.
    func dayCurve(of envoy: EnvoyStatus, _ day: CivilDate) async throws -> Plot {
        let reader = try await archive.open()
        func line(_ day: CivilDate, _ style: String) async throws -> (Plot.Shape, Double) {
            let span = envoy.span(day...day)
            let steps = try await reader.power(of: envoy.serialNumber, in: span)
            var points: [(place: Double, value: Double?)] = []
            var last: Int?
            for step in steps {
                let place = (Double(step.startTimestamp - span.lowerBound) + 150) / Double(max(1, span.count))
                if let last, step.startTimestamp - last > 1_200 { points.append((place, nil)) }
                points.append((place, step.watts))
                last = step.startTimestamp
            }
            return (.line(points: points, style: style), steps.map(\.watts).max() ?? 0)
        }
        let (before, _) = try await line(day.advanced(by: -1), "before")
        let (today, most) = try await line(day, "series")
        return Plot(
            shapes: [before, today], marks: (0...8).map { Plot.Mark(place: Double($0) / 8, text: "\($0 * 3):00") }, unit: "W",
            summary: "Power on \(Shown.day(day)), at most \(Shown.watts(most)); behind it the day before")
    }
}
