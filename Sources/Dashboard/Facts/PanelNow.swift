import Archive

/// A panel beside its peers.
struct PanelNow: Sendable {
    var device: DeviceNow
    /// What its owner calls it.
    var name: String?
    /// Power over that of the median panel at the last reading; nil where it did not take part, or nobody made any.
    var shareNow: Double?
    /// What its share looks like over time; nil where too little is known.
    var review: PanelReview?

    /// `name`, or what the wire calls it.
    var title: String { name ?? device.equipment }

    /// The same where there is little room: without a name, the last digits of the serial number.
    var shortTitle: String { name ?? "…\(device.serialNumber.suffix(6))" + (device.channel ?? 1 > 1 ? ".\(device.channel ?? 1)" : "") }

    /// The share that its tile shows: of the last reading by day, of the last seven days by night.
    var shownShare: Double? { shareNow ?? device.shareOfMedian }

    /// What its tile says to who can't see it.
    func description(_ value: String) -> String {
        let share = shownShare.map(Shown.percent) ?? "–"
        return "\(title): \(value), \(share) of the median panel" + (hint.isEmpty ? "" : ", \(hint)")
    }

    /// A word on what is the matter with it; empty where nothing seems to be.
    var hint: String { review?.word ?? "" }

    /// From 0, nothing, to 6, more than the median panel.
    var level: Int? {
        shownShare.map { share in
            switch share {
            case ..<0.05: 0
            case ..<0.4: 1
            case ..<0.65: 2
            case ..<0.85: 3
            case ..<0.95: 4
            case ..<1.05: 5
            default: 6
            }
        }
    }
}

/// An Envoy's roof at this moment.
struct EnvoyNow: Sendable {
    var envoy: EnvoyStatus
    var today: EnvoyToday
    var yesterdayJoules: Int?
    var panels: [PanelNow]
    /// Those that are no longer on the roof, and gave energy while they were.
    var removed: [PanelNow]
    var tiles: [RoofTile]
    var troubles: [Trouble]
    /// All that last, of other Envoys as well, and the last that ended.
    var alerts: [Alert]
    /// Seconds since 1970 UTC.
    var now: Int
    /// Whether the panels should give power now.
    var isDay: Bool

    /// Readings within a quarter of an hour are of one moment.
    static let momentSeconds = 900
    /// An older reading tells nothing of the present.
    static let freshSeconds = 3_600

    /// Whether the last reading is of the present.
    var isFresh: Bool { today.isFresh(now) }

    /// Energy of all time, joules: also what panels gave that are no longer there.
    var joulesTotal: Int { (panels + removed).reduce(0) { $0 &+ $1.device.joulesTotal } }
}

extension House {
    /// Thinks over what the panels of all Envoys look like, once an hour, for pages that do not wait for it.
    func keepReviews() async throws {
        let now = now
        if await reviews.isKept(at: now) { return }
        let reader = try await archive.open()
        for envoy in try await envoys() { _ = try await reviews.reviews(of: envoy, reader, now: now) }
        await reviews.noteKept(at: now)
    }

    /// - Parameter isQuick: whether to do with what is known of the panels' share over time, as the first page does.
    func now(of envoy: EnvoyStatus, isQuick: Bool = false) async throws -> EnvoyNow? {
        let reader = try await archive.open()
        let now = now
        guard let today = try await reader.today(now: now).first(where: { $0.envoy == envoy.serialNumber }) else { return nil }
        let yesterday = today.day.advanced(by: -1)
        let before = try await reader.energy(of: envoy.serialNumber, by: .day, days: yesterday...yesterday).first
        let tiles = try await reader.roof(of: envoy.serialNumber)
        let (panels, removed) = try await panels(of: envoy, today, tiles, isQuick: isQuick)
        let events = try await reader.newestEvents(
            RowFilter(timestamps: now - Trouble.eventDays * 86_400..<now + 86_400, envoy: envoy.serialNumber), limit: 500)
        let alerts = try await alerts(envoy: nil, ended: 20)
        let state = try await service()
        let names = EquipmentNames.of(tiles.compactMap { tile in tile.name.map { (tile.equipment, $0) } })
        var clock = envoy.clock
        let raised = alerts.filter { $0.isOpen && [envoy.serialNumber, ""].contains($0.condition.key.envoy) }.map { alert in
            Trouble(alert, names: names, &clock)
        }
        var daylight = try await Daylight(of: envoy, (panels + removed).map(\.device), in: reader, now: now)
        return EnvoyNow(
            envoy: envoy, today: today, yesterdayJoules: before?.joules, panels: panels, removed: removed, tiles: tiles,
            troubles: Trouble.joining(raised, Trouble.all(of: envoy, panels, events, state, now: now)), alerts: alerts, now: now,
            isDay: daylight.isDay(at: now))
    }

    /// An Envoy's panels beside each other: those on the roof, and those that were.
    func panels(
        of envoy: EnvoyStatus, _ today: EnvoyToday, _ tiles: [RoofTile], isQuick: Bool = false
    ) async throws -> (present: [PanelNow], removed: [PanelNow]) {
        let reader = try await archive.open()
        let now = now
        let devices = try await devices(of: envoy)
        let reviews = isQuick ? await reviews.known(of: envoy) : try await reviews.reviews(of: envoy, reader, now: now)
        var panels = Self.compare(devices.filter { !$0.isRemoved }, at: today.latestTimestamp, isFresh: today.isFresh(now), tiles)
        for index in panels.indices { panels[index].review = reviews[panels[index].device.equipment] }
        return (panels, Self.compare(devices.filter { $0.isRemoved && $0.joulesTotal > 0 }, at: nil, isFresh: false, tiles))
    }

    private static func compare(_ devices: [DeviceNow], at latest: Int?, isFresh: Bool, _ tiles: [RoofTile]) -> [PanelNow] {
        let names = Dictionary(tiles.map { ($0.equipment, $0.name) }, uniquingKeysWith: { first, _ in first })
        func watts(_ device: DeviceNow) -> Double? {
            guard isFresh, let latest, let reading = device.latest, latest.seconds(since: reading.timestamp) <= EnvoyNow.momentSeconds
            else { return nil }
            return reading.averageWatts
        }
        let median = median(devices.compactMap(watts).filter { $0 > 0 })
        return devices.map { device in
            PanelNow(
                device: device, name: names[device.equipment] ?? nil,
                shareNow: median.flatMap { median in watts(device).map { $0 / median } })
        }
    }
}

extension EnvoyToday {
    func isFresh(_ now: Int) -> Bool { latestTimestamp.map { now.seconds(since: $0) < EnvoyNow.freshSeconds } ?? false }
}

/// The middle value; nil of none, and of none above zero.
func median(_ values: [Double]) -> Double? {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return nil }
    let middle = sorted.count / 2
    let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    return median > 0 ? median : nil
}
