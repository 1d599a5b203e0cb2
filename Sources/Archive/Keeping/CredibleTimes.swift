/// Which times of a report can be believed.
///
/// An Envoy's clock may have been ahead for a while, by years even. What it said then is kept like all else, but it must not
/// hold the live values, the descriptions and the time of the last report until that time has really come. So a time is
/// credible until a day after its report was received; where nobody knows when that was (of what is imported), until a day after
/// the last receipt from this Envoy that is known. The newest credible time wins; others stand only while there is none.
///
/// Receipts are told by this machine's clock and are in the captures' names, so a replay says the same as the capture did.
struct CredibleTimes {
    private let newestOfReport: Int
    private let newestKnown: Int

    private static let aheadSeconds = 86_400

    /// - Parameters:
    ///   - received: when the report was received; nil where nobody knows.
    ///   - lastReceived: when the last report of this Envoy was received, this one included; nil where none was that is known.
    init(received: Int?, lastReceived: Int?) {
        newestKnown = lastReceived?.addingClamping(Self.aheadSeconds) ?? .max
        newestOfReport = received?.addingClamping(Self.aheadSeconds) ?? newestKnown
    }

    /// Whether what the report says of an instant stands before what is known of another.
    func prefers(_ timestamp: Int, over known: Int?) -> Bool {
        guard let known else { return true }
        let (isCredible, wasCredible) = (timestamp <= newestOfReport, known <= newestKnown)
        return isCredible == wasCredible ? timestamp > known : isCredible
    }
}

extension Int {
    func addingClamping(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    func subtractingClamping(_ other: Int) -> Int {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}
