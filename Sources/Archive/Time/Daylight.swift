/// The hours of the local day in which an Envoy's panels usually give energy, as the archive knows them. Without any, nothing is known.
package struct Daylight: Equatable, Sendable {
    /// 0 to 23.
    package var hours: Set<Int> = []
    /// On how many days that is founded.
    package private(set) var days = 0
    private var clock: LocalClock

    /// A time zone that is missing or unknown stands for UTC.
    package init(zone: String? = nil) { clock = LocalClock(zoneNamed: zone) }

    /// - Parameter samples: energy by days and hours.
    package init(zone: String?, _ samples: [(day: CivilDate, hour: Int, joules: Int)]) {
        self.init(zone: zone)
        days = Set(samples.map(\.day)).count
        hours = Self.hours(samples)
    }

    /// Looks at the week that ends with the day of the newest reading, or before today: a silent Envoy's days do not fade with time.
    ///
    /// - Parameter devices: of this Envoy.
    package init(of envoy: EnvoyStatus, _ devices: [DeviceNow], in archive: ArchiveReader, now: Int) async throws {
        self.init(zone: envoy.timeZone)
        // Some tell of energy alone.
        guard let newest = devices.compactMap(\.latest?.timestamp).max() ?? envoy.lastReportTimestamp else { return }
        let last = min(clock.day(of: clamped(newest)), clock.day(of: clamped(now)).advanced(by: -1))
        let periods = try await archive.energy(of: envoy.serialNumber, by: .hour, days: last.advanced(by: -6)...last)
        self.init(zone: envoy.timeZone, periods.map { (day: $0.day, hour: hour(at: $0.startTimestamp), joules: $0.joules) })
    }

    /// The local hour of an instant.
    package mutating func hour(at instant: Int) -> Int { clock.secondsOfDay(at: clamped(instant)) / 3_600 }

    /// Whether panels usually give energy then.
    package mutating func isBright(at instant: Int) -> Bool { hours.contains(hour(at: instant)) }

    /// Whether they do, and did so an hour before: at dawn the first reading takes its time.
    package mutating func isDay(at instant: Int) -> Bool {
        let hour = hour(at: instant)
        return hours.isSuperset(of: [(hour + 23) % 24, hour])
    }

    /// Whether they do, and do so an hour before and after.
    package mutating func isBroadDay(at instant: Int) -> Bool { isDay(at: instant) && hours.contains((hour(at: instant) + 1) % 24) }

    /// The hours that gave more than a fiftieth of the best hour, on half of the days that are known.
    package static func hours(_ samples: [(day: CivilDate, hour: Int, joules: Int)]) -> Set<Int> {
        let days = Set(samples.map(\.day)).count
        let best = samples.map(\.joules).max() ?? 0
        let bright = samples.filter { $0.joules > best / 50 }
        return Set(Dictionary(grouping: bright, by: \.hour).filter { 2 * $0.value.count >= days }.keys)
    }

    package static func == (one: Self, other: Self) -> Bool { one.hours == other.hours && one.days == other.days }
}
