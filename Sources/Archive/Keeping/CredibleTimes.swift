/// Which times of an Envoy can be believed.
///
/// Its clock may have been ahead for a while, by years even. What it said then is kept like all else, but it must not hold the
/// live values, the descriptions and the time of the last report until that time has really come. So the newest time wins, but for one
/// that lies more than a day after what both clocks said, the Envoy's and this machine's, when a report was last received: any time up
/// to there goes before it. A clock that was put right is believed with its next report; and where this machine's lags, as without a
/// battery, the Envoy's alone decides.
///
/// What is imported has no receipt: an archive of imports alone goes by the newest time.
struct CredibleTimes {
    /// The newest time that is believed.
    private let newest: Int

    private static let aheadSeconds = 86_400

    /// - Parameters:
    ///   - lastReceived: when a report was last received; nil where none was.
    ///   - clock: what the Envoy's clock said in it.
    init(lastReceived: Int?, clock: Int?) {
        newest = [lastReceived, clock].compactMap(\.self).max()?.addingClamping(Self.aheadSeconds) ?? .max
    }

    /// Whether what is said of one instant stands before what is known of another.
    func prefers(_ timestamp: Int, over known: Int?) -> Bool {
        guard let known else { return true }
        return timestamp > known || (known > newest && timestamp <= newest)
    }
}
