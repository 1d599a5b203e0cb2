/// Sums of numbers that came over the wire, where any number may stand: beyond the range of `Int` its nearest end is taken.
extension Int {
    package func addingClamping(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    func subtractingClamping(_ other: Int) -> Int {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }

    /// Seconds from an earlier instant to this one, however far apart.
    package func seconds(since earlier: Int) -> Int { subtractingClamping(earlier) }
}
