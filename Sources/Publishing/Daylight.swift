import Archive

/// The hours of the local day in which an Envoy's panels usually give energy, as the archive knows them. Without any, nothing is known.
struct Daylight: Equatable, Sendable {
    /// 0 to 23.
    var hours: Set<Int> = []
    /// On how many days that is founded.
    var days = 0
    private var clock: LocalClock

    /// A time zone that is missing or unknown stands for UTC.
    init(zone: String? = nil) { clock = LocalClock(zoneNamed: zone) }

    /// - Parameter samples: energy by days and hours.
    init(zone: String?, _ samples: [(day: CivilDate, hour: Int, joules: Int)]) {
        self.init(zone: zone)
        days = Set(samples.map(\.day)).count
        hours = Self.hours(samples)
    }

    /// Looks at the week before the day of the newest reading: a silent Envoy's days do not fade with time.
    ///
    /// - Parameter devices: of this Envoy.
    init(of envoy: EnvoyStatus, _ devices: [DeviceNow], in archive: ArchiveReader, now: Int) async throws {
        self.init(zone: envoy.timeZone)
        guard let newest = devices.compactMap(\.latest?.timestamp).max() else { return }
        let last = clock.day(of: Self.clamped(min(newest, now)))
        let periods = try await archive.energy(of: envoy.serialNumber, by: .hour, days: last.advanced(by: -7)...last.advanced(by: -1))
        self.init(zone: envoy.timeZone, periods.map { (day: $0.day, hour: hour(at: $0.startTimestamp), joules: $0.joules) })
    }

    /// The local hour of an instant.
    mutating func hour(at instant: Int) -> Int {
        let instant = Self.clamped(instant)
        return (clock.hourStart(of: instant) - clock.start(of: clock.day(of: instant))) / 3_600
    }

    /// Whether panels usually give energy then.
    mutating func isBright(at instant: Int) -> Bool { hours.contains(hour(at: instant)) }

    /// Whether they do, and do so an hour before and after.
    mutating func isBroadDay(at instant: Int) -> Bool {
        let hour = hour(at: instant)
        return hours.isSuperset(of: [(hour + 23) % 24, hour, (hour + 1) % 24])
    }

    /// The hours that gave more than a fiftieth of the best hour, on half of the days that are known.
    static func hours(_ samples: [(day: CivilDate, hour: Int, joules: Int)]) -> Set<Int> {
        let days = Set(samples.map(\.day)).count
        let best = samples.map(\.joules).max() ?? 0
        let bright = samples.filter { $0.joules > best / 50 }
        return Set(Dictionary(grouping: bright, by: \.hour).filter { 2 * $0.value.count >= days }.keys)
    }

    private static func clamped(_ instant: Int) -> Int {
        min(max(instant, LocalClock.instants.lowerBound), LocalClock.instants.upperBound)
    }

    static func == (one: Self, other: Self) -> Bool { one.hours == other.hours && one.days == other.days }
}
