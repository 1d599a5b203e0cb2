import Archive
import Foundation

/// Numbers and times as people read them.
enum Shown {
    static func watts(_ watts: Double) -> String { watts >= 10_000 ? "\(fixed(watts / 1_000, 1)) kW" : "\(fixed(watts, 0)) W" }

    static func energy(_ joules: Int) -> String {
        let wattHours = Double(joules) / 3_600
        return switch abs(wattHours) {
        case ..<1_000: "\(fixed(wattHours, 0)) Wh"
        case ..<100_000: "\(fixed(wattHours / 1_000, 2)) kWh"
        case ..<10_000_000: "\(fixed(wattHours / 1_000, 0)) kWh"
        default: "\(fixed(wattHours / 1_000_000, 1)) MWh"
        }
    }

    /// `97 %`, with a space that does not break.
    static func percent(_ share: Double) -> String { "\(fixed(share * 100, 0))\u{a0}%" }

    static func bytes(_ bytes: Int) -> String {
        switch bytes {
        case ..<1_000: "\(bytes) B"
        case ..<1_000_000: "\(fixed(Double(bytes) / 1_000, 1)) kB"
        case ..<1_000_000_000: "\(fixed(Double(bytes) / 1_000_000, 1)) MB"
        default: "\(fixed(Double(bytes) / 1_000_000_000, 1)) GB"
        }
    }

    /// The largest unit that fits, rounded down: `3 days`.
    static func duration(_ seconds: Int) -> String {
        func counted(_ count: Int, _ unit: String) -> String { count == 1 ? "1 \(unit)" : "\(count) \(unit)s" }
        return switch max(0, seconds) {
        case ..<60: counted(max(0, seconds), "second")
        case ..<3_600: counted(seconds / 60, "minute")
        case ..<86_400: counted(seconds / 3_600, "hour")
        default: counted(seconds / 86_400, "day")
        }
    }

    static func fixed(_ number: Double, _ digits: Int) -> String {
        guard number.isFinite else { return "–" }
        let text = String(format: "%.\(digits)f", number)
        return text == "-0" ? "0" : text
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]
    private static let weekdays = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]

    static func month(_ month: Int) -> String { months[min(max(month, 1), 12) - 1] }

    /// `Sunday 21 June 2026`.
    static func day(_ day: CivilDate) -> String {
        let (year, month, number) = day.components
        let weekday = weekdays[((day.daysSince1970 % 7) + 7) % 7]
        return "\(weekday) \(number) \(Self.month(month)) \(year)"
    }

    /// `21 Jun`.
    static func shortDay(_ day: CivilDate) -> String { "\(day.components.day) \(month(day.components.month).prefix(3))" }

    /// `12:25`, on a clock.
    static func time(_ timestamp: Int, _ clock: inout LocalClock) -> String {
        let local = LocalClock.nearest(timestamp) + clock.offset(at: timestamp)
        let minutes = ((local % 86_400) + 86_400) % 86_400 / 60
        return "\(padded(minutes / 60)):\(padded(minutes % 60))"
    }

    /// `2026-06-21 12:25`, or the time alone on the day itself.
    static func moment(_ timestamp: Int, _ clock: inout LocalClock, on today: CivilDate? = nil) -> String {
        let day = clock.day(of: timestamp)
        return day == today ? time(timestamp, &clock) : "\(day) \(time(timestamp, &clock))"
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
