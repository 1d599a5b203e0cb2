/// A span of time as people write it: `500ms`, `30s`, `5m`, `2h`, `3d`.
///
/// Printing gives the largest unit that divides the span, so that parsing what was printed gives the same span.
struct HumanDuration: Hashable, Sendable {
    /// Milliseconds; never negative.
    let milliseconds: Int

    private static let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)]

    /// - Parameter milliseconds: The span; a negative number counts as 0.
    init(milliseconds: Int) { self.milliseconds = max(0, milliseconds) }

    /// Reads a whole number and one of `ms`, `s`, `m` (minutes), `h`, `d`. The unit may not be left out, since a bare
    /// `30` means seconds to some and milliseconds to others.
    /// - Returns: nil for anything else, and for a span of more milliseconds than an `Int` holds.
    init?(_ text: String) {
        guard let (number, unit) = Quantity.split(text), let known = Self.units.first(where: { $0.0 == unit }) else { return nil }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: known.1)
        guard !overflow else { return nil }
        self.milliseconds = milliseconds
    }

    static func seconds(_ count: Int) -> HumanDuration { HumanDuration(milliseconds: count * 1000) }
    static func minutes(_ count: Int) -> HumanDuration { seconds(count * 60) }
    static func days(_ count: Int) -> HumanDuration { seconds(count * 86_400) }

    /// The same span in the standard library's type.
    var duration: Duration { .milliseconds(milliseconds) }
}

extension HumanDuration: Comparable {
    static func < (left: HumanDuration, right: HumanDuration) -> Bool { left.milliseconds < right.milliseconds }
}

extension HumanDuration: CustomStringConvertible {
    var description: String {
        guard milliseconds > 0, let (unit, factor) = Self.units.first(where: { milliseconds.isMultiple(of: $0.1) }) else {
            return "0s"
        }
        return "\(milliseconds / factor)\(unit)"
    }
}
