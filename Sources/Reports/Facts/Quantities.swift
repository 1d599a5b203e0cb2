// Derived quantities and SI units, all in one place. Everything else keeps the numbers of the wire.

extension Interval {
    /// Average power over the period, W; nil without energy or with a duration that is not positive.
    public var averageWatts: Double? { watts(joules, over: durationSeconds) }

    /// Energy over the period, Wh.
    public var wattHours: Double? { joules.map { Double($0) / 3_600 } }
}

extension Reading {
    /// Average power over the duration, W; nil without energy or with a duration that is not positive.
    public var averageWatts: Double? { watts(joules, over: durationSeconds) }

    /// Power from the panel at the instant, W: about 1.2 % above `averageWatts`.
    public var dcWatts: Double? {
        guard let dcVolts, let dcAmperes else { return nil }
        return dcVolts * dcAmperes
    }

    /// Grid voltage, V.
    public var acVolts: Double? { thousandths(acMillivolts) }
    /// Grid frequency, Hz.
    public var acHertz: Double? { thousandths(acMillihertz) }
    /// Panel voltage, V.
    public var dcVolts: Double? { thousandths(dcMillivolts) }
    /// Panel current, A.
    public var dcAmperes: Double? { thousandths(dcMilliamperes) }
}

private func watts(_ joules: Int?, over seconds: Int) -> Double? {
    guard let joules, seconds > 0 else { return nil }
    return Double(joules) / Double(seconds)
}

private func thousandths(_ value: Int?) -> Double? { value.map { Double($0) / 1_000 } }
