import Archive

/// The panels where they lie on the roof, for SVG. Lengths are hundredths of a panel's width.
struct RoofPlan {
    struct Tile {
        let device: String
        let href: String
        let title: String
        let x: Int
        let y: Int
        let width: Int
        let height: Int
        /// Where its words stand.
        let middleX: Int
        let nameY: Int
        let valueY: Int
        let value: String
        let share: String
        let level: String
        let hint: String
        let isLandscape: Bool
        let description: String
        let isEditable: Bool
    }

    let tiles: [Tile]
    let width: Int
    let height: Int
    /// How wide it is at least on a screen, so that its words can be read on a phone.
    let pixels: Int
    let isEditable: Bool

    /// A panel is 100 wide and 160 high.
    private static let short = 100
    private static let long = 160
    private static let gap = 10

    init(_ now: EnvoyNow, _ envoy: EnvoyChoice, isEditable: Bool) {
        let laid = Dictionary(now.tiles.map { ($0.equipment, $0) }, uniquingKeysWith: { first, _ in first })
        var free = 0
        let bottom = now.tiles.map { $0.y + ($0.isLandscape ? Self.short : Self.long) + Self.gap }.max() ?? 0
        // What nobody has laid yet stands in rows below the rest.
        tiles = now.panels.map { panel in
            let tile =
                laid[panel.device.equipment]
                ?? {
                    defer { free += 1 }
                    return RoofTile(
                        equipment: panel.device.equipment, x: free % 6 * (Self.short + Self.gap),
                        y: bottom + free / 6 * (Self.long + Self.gap))
                }()
            let width = tile.isLandscape ? Self.long : Self.short
            let height = tile.isLandscape ? Self.short : Self.long
            let value = now.isFresh ? panel.device.latest?.averageWatts.map(Shown.watts) ?? "–" : Shown.energy(panel.device.joulesToday)
            let share = panel.shownShare.map(Shown.percent) ?? "–"
            return Tile(
                device: panel.device.equipment, href: envoy.path(toPanel: panel.device.equipment), title: panel.shortTitle, x: tile.x,
                y: tile.y,
                width: width, height: height, middleX: width / 2, nameY: height / 2 - 18, valueY: height / 2 + 6, value: value,
                share: share,
                level: panel.level.map { "level-\($0)" } ?? "level-none", hint: panel.hint, isLandscape: tile.isLandscape,
                description: panel.description(value), isEditable: isEditable)
        }
        let margin = isEditable ? 200 : 2 * Self.gap
        width = max(660, (tiles.map { $0.x + $0.width }.max() ?? 0) + margin)
        height = max(isEditable ? 500 : 160, (tiles.map { $0.y + $0.height }.max() ?? 0) + margin)
        pixels = width * 7 / 10
        self.isEditable = isEditable
    }
}

/// The page where the plan is drawn.
struct RoofPage {
    let envoy: EnvoyChoice
    let plan: RoofPlan
    let hasTiles: Bool

    init(_ now: EnvoyNow, _ choice: EnvoyChoice) {
        envoy = choice
        plan = RoofPlan(now, choice, isEditable: true)
        hasTiles = !plan.tiles.isEmpty
    }
}
