import Archive

/// What the rules look at.
public struct AlertFacts: Sendable {
    /// Seconds since 1970 UTC.
    public var now: Int
    /// What lasts already: some rules let go later than they take hold.
    public var open: Set<AlertCondition.Key> = []
    public var envoys: [EnvoyStatus] = []
    /// The hours of the local day, 0 to 23, in which an Envoy's panels usually give energy, by its serial number.
    public var daylight: [String: Set<Int>] = [:]
    /// How many days of the last week energy is known of, by Envoy.
    public var knownDays: [String: Int] = [:]
    /// The local hour now and that at the time when silence would have begun, by Envoy.
    public var hours: [String: (now: Int, before: Int)] = [:]
    /// Shares of the median are those of three days.
    public var devices: [DeviceNow] = []
    /// Events that were raised and not cleared.
    public var events: [EventEpisode] = []
    public var tasks: [(envoy: String, element: String, received: Int)] = []
    public var program = ProgramFigures()

    public init(now: Int) { self.now = now }
}

extension AlertFacts {
    /// Asks the archive.
    init(_ archive: ArchiveReader, program: ProgramFigures, limits: AlertLimits, now: Int) async throws {
        self.init(now: now)
        self.program = program
        open = Set(try await archive.alerts(ended: 0).map(\.condition.key))
        envoys = try await archive.status().envoys
        devices = try await archive.devices(now: now, shareDays: 3)
        tasks = try await archive.tasks(since: now - 86_400)
        // Of those that lie further back, the ones that last.
        var raised = RowFilter(timestamps: now - limits.eventSeconds..<now + 1)
        raised.includesLasting = true
        for try await page in archive.events(raised) { events += page.filter(\.isOpen).prefix(max(0, 1_000 - events.count)) }
        let devices = Dictionary(grouping: devices, by: \.envoy)
        for envoy in envoys {
            let serial = envoy.serialNumber
            var light = try await Daylight(of: envoy, devices[serial] ?? [], in: archive, now: now)
            (daylight[serial], knownDays[serial]) = (light.hours, light.days)
            hours[serial] = (light.hour(at: now), light.hour(at: now - limits.silentSeconds))
        }
    }
}

/// When rules take hold.
public struct AlertLimits: Equatable, Sendable {
    /// How long an Envoy may be silent in daylight, s.
    public var silentSeconds = 7_200
    /// Of the median panel's energy, below which a panel is low.
    public var lowShare = 0.6
    /// How long a panel may be silent while others report, s.
    public var panelSilentSeconds = 86_400
    /// How long an event may stay raised, s.
    public var eventSeconds = 86_400
    /// What is to be free on the disk of the captures.
    public var diskFreeBytes = 500 << 20
    /// How long the cloud may fail, s.
    public var cloudSeconds = 3_600
    /// Serial numbers of Envoys and microinverters that are gone, and of which nothing is said any more.
    public var gone: Set<String> = []

    public init() {}
}
