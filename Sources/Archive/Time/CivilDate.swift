/// A day of the Gregorian calendar, without a time zone.
public struct CivilDate: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01; before it, negative.
    public var daysSince1970: Int

    /// - Parameter daysSince1970: beyond four million days either way the nearest of those is taken.
    public init(daysSince1970: Int) {
        self.daysSince1970 = min(max(daysSince1970, -4_000_000), 4_000_000)
    }

    /// The day `day` of `month` (1 to 12) in `year` (-12000 to 12000); days beyond the month's end count on.
    public init(year: Int, month: Int, day: Int) {
        // Years begin in March here, so that the leap day comes last; a cycle of 400 years has 146,097 days.
        let year = min(max(year, -12_000), 12_000)
        let month = min(max(month, 1), 12)
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + min(max(day, -9_999), 9_999) - 1
        self.init(daysSince1970: era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
    }

    /// Year, month (1 to 12) and day (1 to 31).
    public var components: (year: Int, month: Int, day: Int) {
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    /// The first day of this day's month.
    public var firstOfMonth: CivilDate {
        let (year, month, _) = components
        return CivilDate(year: year, month: month, day: 1)
    }

    /// The first day of this day's year.
    public var firstOfYear: CivilDate { CivilDate(year: components.year, month: 1, day: 1) }

    /// The day `days` later; earlier if negative.
    public func advanced(by days: Int) -> CivilDate {
        CivilDate(daysSince1970: daysSince1970 + min(max(days, -8_000_000), 8_000_000))
    }

    public static func < (one: CivilDate, other: CivilDate) -> Bool { one.daysSince1970 < other.daysSince1970 }

    /// ISO 8601, `2012-02-22`.
    public var description: String {
        let (year, month, day) = components
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(abs(number))
            return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
}
