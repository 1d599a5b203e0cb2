/// Energy over a span. Wire: `<interval>` (protocol notes §3).
public struct SimulatedInterval: BacklogRow, Equatable {
    public let id: Int
    /// The channel, `serial.1`. Wire: `eqid`.
    public let channel: String
    /// UTC epoch seconds. Wire: `end_date`.
    public let endSeconds: Int
    /// Wire: `interval_duration`.
    public let durationSeconds: Int
    /// The part of the span with statistics; a few seconds are lost to the power line. Wire: `stat_duration`.
    public let statDurationSeconds: Int
    /// Over the whole of `durationSeconds`. Wire: `stats`.
    public let joules: Int
}
