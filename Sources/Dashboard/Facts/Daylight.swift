import Archive

/// The hours of the local day, 0 to 23, in which an Envoy's panels usually give energy.
struct Daylight: Equatable, Sendable {
    var hours: Set<Int> = []

    /// The hours that gave a fiftieth of the best hour or more, on half of the days that are known.
    init(_ samples: [(day: CivilDate, hour: Int, joules: Int)]) {
        let days = Set(samples.map(\.day)).count
        let least = (samples.map(\.joules).max() ?? 0) / 50
        let bright = samples.filter { $0.joules > least }
        hours = Set(Dictionary(grouping: bright, by: \.hour).filter { 2 * $0.value.count >= days }.keys)
    }

    /// Whether it is day at an hour, and was an hour before: at dawn the first reading takes its time.
    func isDay(at hour: Int) -> Bool { hours.contains(hour) && hours.contains((hour + 23) % 24) }
}

extension House {
    /// Whether an Envoy's panels should give power now, as far as the last week tells, or the last before it fell silent: its days do not
    /// fade with time.
    func isDay(at envoy: EnvoyStatus) async throws -> Bool {
        let reader = try await archive.open()
        let now = now
        var clock = envoy.clock
        let read = try await reader.today(now: now).first(where: { $0.envoy == envoy.serialNumber })?.latestTimestamp
        // Some tell of energy alone.
        let newest = max(read ?? envoy.lastReportTimestamp ?? now, LocalClock.instants.lowerBound)
        let last = min(clock.day(of: newest), clock.day(of: now).advanced(by: -1))
        let week = try await reader.energy(of: envoy.serialNumber, by: .hour, days: last.advanced(by: -6)...last)
        var samples: [(day: CivilDate, hour: Int, joules: Int)] = []
        for period in week { samples.append((period.day, clock.secondsOfDay(at: period.startTimestamp) / 3_600, period.joules)) }
        return Daylight(samples).isDay(at: clock.secondsOfDay(at: now) / 3_600)
    }
}

extension LocalClock {
    /// What the clock on the wall shows, in seconds since its midnight.
    mutating func secondsOfDay(at instant: Int) -> Int { (((instant + offset(at: instant)) % 86_400) + 86_400) % 86_400 }

    /// When the clock on the wall shows so many seconds after midnight of a day; of two such instants one, and of none one near.
    mutating func instant(of day: CivilDate, secondsOfDay: Int) -> Int {
        let wall = day.daysSince1970 * 86_400 + secondsOfDay
        return wall - offset(at: wall - offset(at: wall))
    }
}
