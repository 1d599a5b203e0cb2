/// How long the periods of a table of energy are, by the Envoy's clock.
public enum EnergyStep: String, CaseIterable, Sendable {
    case hour, day, month, year
}

/// The energy of all panels of an Envoy, or of one, over a period.
public struct EnergyPeriod: Equatable, Sendable {
    /// When it begins, seconds since 1970 UTC.
    public var startTimestamp: Int
    /// When it ends and the next begins, seconds since 1970 UTC.
    public var endTimestamp: Int
    /// Its first day by the Envoy's clock.
    public var day: CivilDate
    /// Energy, joules: the sum of the intervals, those that reach beyond the period by the part that lies in it.
    public var joules: Int

    /// Energy, Wh.
    public var wattHours: Double { Double(joules) / 3_600 }
}

extension EnergyStep {
    /// The first day of the period that `day` lies in.
    func firstDay(of day: CivilDate) -> CivilDate {
        switch self {
        case .hour, .day: day
        case .month: day.firstOfMonth
        case .year: day.firstOfYear
        }
    }

    /// The first day after the period that begins with `first`.
    func nextFirstDay(after first: CivilDate) -> CivilDate {
        let (year, month, _) = first.components
        return switch self {
        case .hour, .day: first.advanced(by: 1)
        case .month: month == 12 ? CivilDate(year: year + 1, month: 1, day: 1) : CivilDate(year: year, month: month + 1, day: 1)
        case .year: CivilDate(year: year + 1, month: 1, day: 1)
        }
    }
}
