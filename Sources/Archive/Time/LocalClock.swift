import Foundation

/// An Envoy's clock on the wall: which local hour and day an instant falls into.
///
/// Offsets are remembered for each quarter of an hour, as time zones change on these only and asking the calendar
/// costs more than keeping a row. Any number may be asked for: of what lies further off than calendars go, the nearest instant is taken.
public struct LocalClock: Sendable {
    public let zone: TimeZone
    private var offsets: [Int: Int] = [:]
    private var last = (quarter: Int.min, offset: 0)

    /// Instants that have a place on the clock: 1970 to the end of 9999.
    public static let instants = 0...253_402_300_799

    /// As far as days are counted (``CivilDate``).
    private static let farthest = 4_000_000 * 86_400

    /// The instant nearest to a number of seconds since 1970 UTC.
    package static func nearest(_ timestamp: Int) -> Int { min(max(timestamp, -farthest), farthest) }

    /// - Parameter name: of the tz database. A name that is missing or unknown stands for UTC.
    public init(zoneNamed name: String?) {
        zone = Self.zone(named: name)
    }

    static func zone(named name: String?) -> TimeZone { name.flatMap { TimeZone(identifier: $0) } ?? .gmt }

    static func isKnown(_ name: String?) -> Bool { name.flatMap { TimeZone(identifier: $0) } != nil }

    /// Seconds to add to `instant` for local time.
    public mutating func offset(at instant: Int) -> Int {
        let quarter = floorDivide(Self.nearest(instant), 900)
        if last.quarter == quarter { return last.offset }
        let offset = offsets[quarter] ?? zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(quarter * 900)))
        if offsets.count >= 65_536 { offsets.removeAll(keepingCapacity: true) }
        offsets[quarter] = offset
        last = (quarter, offset)
        return offset
    }

    /// The instant when the local hour of `instant` began. Where clocks went back, each of the two hours has its own.
    public mutating func hourStart(of instant: Int) -> Int {
        let offset = offset(at: instant)
        return floorDivide(Self.nearest(instant) + offset, 3_600) * 3_600 - offset
    }

    /// The local day that an instant lies in.
    public mutating func day(of instant: Int) -> CivilDate {
        CivilDate(daysSince1970: floorDivide(Self.nearest(instant) + offset(at: instant), 86_400))
    }

    /// The first instant of a local day: midnight, or, where clocks skip it, the instant of the skip.
    public mutating func start(of day: CivilDate) -> Int {
        let midnight = day.daysSince1970 * 86_400
        // Offsets a day before and after: clocks change at most once between, and offsets are below a day.
        let offsets = [offset(at: midnight - 86_400), offset(at: midnight + 86_400)].sorted()
        // An earlier instant comes by a larger offset. Where clocks went back over midnight, the day begins at the first of two.
        let candidates = [midnight - offsets[1], midnight - offsets[0]]
        return candidates.first { self.day(of: $0) == day && self.day(of: $0 - 1) != day } ?? candidates[1]
    }
}

/// `number` divided by `divisor` above zero, rounded down.
func floorDivide(_ number: Int, _ divisor: Int) -> Int {
    let quotient = number / divisor
    return number % divisor < 0 ? quotient - 1 : quotient
}

extension LocalClock {
    /// What the clock on the wall shows, in seconds since its midnight.
    package mutating func secondsOfDay(at instant: Int) -> Int { (((instant + offset(at: instant)) % 86_400) + 86_400) % 86_400 }

    /// When the clock on the wall shows so many seconds after midnight of a day; of two such instants one, and of none one near.
    package mutating func instant(of day: CivilDate, secondsOfDay: Int) -> Int {
        let wall = day.daysSince1970 * 86_400 + secondsOfDay
        return wall - offset(at: wall - offset(at: wall))
    }
}
