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
        let month = RowFilter(timestamps: now - 30 * 86_400..<now + 1)
        for try await page in archive.events(month) { events += page.filter(\.isOpen).prefix(max(0, 1_000 - events.count)) }
        for envoy in envoys {
            var clock = LocalClock(zoneNamed: envoy.timeZone)
            func hour(_ instant: Int) -> Int { (clock.hourStart(of: instant) - clock.start(of: clock.day(of: instant))) / 3_600 }
            let today = clock.day(of: now)
            let periods = try await archive.energy(of: envoy.serialNumber, by: .hour, days: today.advanced(by: -7)...today.advanced(by: -1))
            let samples = periods.map { (day: $0.day, hour: hour($0.startTimestamp), joules: $0.joules) }
            daylight[envoy.serialNumber] = Self.daylight(samples)
            hours[envoy.serialNumber] = (hour(now), hour(now - limits.silentSeconds))
        }
    }

    /// The hours that gave a fiftieth of the best hour or more, on half of the days that are known.
    static func daylight(_ samples: [(day: CivilDate, hour: Int, joules: Int)]) -> Set<Int> {
        let days = Set(samples.map(\.day)).count
        let best = samples.map(\.joules).max() ?? 0
        let bright = samples.filter { $0.joules > best / 50 }
        return Set(Dictionary(grouping: bright, by: \.hour).filter { 2 * $0.value.count >= days }.keys)
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

    public init() {}
}
