/// Energy that one panel produced over a period (§3, `<interval>`).
///
/// Periods are 300 s as a rule; after an outage one may cover dawn to dusk.
public struct Interval: Equatable, Sendable {
    /// Unique for its Envoy, until a factory reset; not in time order. Wire: `id`.
    public var id: Int?
    /// The channel, `serial.channel`. Wire: `eqid`.
    public var equipment: String
    /// The end of the period, seconds since 1970 UTC. Wire: `end_date`.
    public var endTimestamp: Int
    /// The length of the period. Wire: `interval_duration`.
    public var durationSeconds: Int
    /// The part of the period that `joules` was measured in. Wire: `stat_duration`.
    public var measuredSeconds: Int?
    /// Energy over the period. Wire: the first number of `stats`.
    public var joules: Int?
    /// Further numbers of `stats`, of unknown meaning; webcomm 3.0 sent up to 7. nil: not a number.
    public var otherStats: [Int?] = []

    public init(id: Int? = nil, equipment: String, endTimestamp: Int, durationSeconds: Int) {
        self.id = id
        self.equipment = equipment
        self.endTimestamp = endTimestamp
        self.durationSeconds = durationSeconds
    }
}
