import Foundation

/// How numbers are put for people.
enum Wording {
    /// `4 minutes ago`; seconds below zero lie ahead.
    static func ago(_ seconds: Int) -> String {
        let span = span(seconds == .min ? .max : abs(seconds))
        return seconds < 0 ? "\(span) ahead" : "\(span) ago"
    }

    private static func span(_ seconds: Int) -> String {
        switch seconds {
        case ..<120: counted(seconds, "second")
        case ..<7_200: counted(seconds / 60, "minute")
        case ..<172_800: counted(seconds / 3_600, "hour")
        default: counted(seconds / 86_400, "day")
        }
    }

    /// `2 min 50 s`, in two units at most.
    static func duration(_ seconds: Int) -> String {
        switch seconds {
        case ..<60: "\(seconds) s"
        case ..<3_600: pair(seconds / 60, "min", seconds % 60, "s")
        case ..<86_400: pair(seconds / 3_600, "h", seconds / 60 % 60, "min")
        default: pair(seconds / 86_400, "d", seconds / 3_600 % 24, "h")
        }
    }

    private static func pair(_ large: Int, _ unit: String, _ small: Int, _ smallUnit: String) -> String {
        small == 0 ? "\(large) \(unit)" : "\(large) \(unit) \(small) \(smallUnit)"
    }

    /// `1 report`, `2 reports`.
    /// - Parameter plural: nil for one that ends in `s`.
    static func counted(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? "\(noun)s")"
    }

    /// `12.3 MB`, in thousands.
    static func bytes(_ count: Int) -> String {
        var (number, unit) = (Double(count), "B")
        for larger in ["kB", "MB", "GB", "TB"] where abs(number) >= 1_000 { (number, unit) = (number / 1_000, larger) }
        return unit == "B" ? "\(count) B" : "\(number.fixed(1)) \(unit)"
    }

    /// A bar as long as `value` is large, `width` for `most`; nothing for what is not above zero.
    static func bar(_ value: Int, of most: Int, width: Int) -> String {
        guard value > 0, most > 0 else { return "" }
        return String(repeating: "█", count: max(1, Int((Double(value) / Double(most) * Double(width)).rounded())))
    }
}

extension Int {
    /// Joules as watt hours, to a thousandth.
    var wattHours: Double { (Double(self) / 3.6).rounded() / 1_000 }
    /// Joules as kilowatt hours.
    var kilowattHours: Double { Double(self) / 3_600_000 }
}
