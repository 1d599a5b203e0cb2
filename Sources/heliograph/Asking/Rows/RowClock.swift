import Archive

/// Writes the times of many rows: ISO 8601 with the offset, as `EnvoyClock` does, but the day's part only once a day.
struct RowClock {
    private var clock: LocalClock
    private var last: (day: Int, offset: Int, date: String, suffix: String)?

    /// - Parameter zone: a name of the tz database; without a known one, UTC.
    init(zone: String?) { clock = LocalClock(zoneNamed: zone) }

    /// The bare number for an instant before 1970 or after 9999.
    mutating func time(_ instant: Int) -> String {
        guard LocalClock.instants.contains(instant) else { return "\(instant)" }
        let offset = clock.offset(at: instant)
        let (day, second) = (instant + offset).quotientAndRemainder(dividingBy: 86_400)
        guard second >= 0 else { return "\(instant)" }
        if last?.day != day || last?.offset != offset {
            last = (day, offset, "\(CivilDate(daysSince1970: day))T", Self.suffix(offset))
        }
        guard let last else { return "\(instant)" }
        return last.date + Self.two(second / 3_600) + ":" + Self.two(second / 60 % 60) + ":" + Self.two(second % 60) + last.suffix
    }

    private static func suffix(_ offset: Int) -> String {
        if offset == 0 { return "Z" }
        let minutes = abs(offset) / 60
        return (offset < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60)
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
