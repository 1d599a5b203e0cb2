/// What one panel and its microinverter measured at an instant (§3, `<reading>`).
///
/// A value is nil where the wire has none, or no number.
public struct Reading: Equatable, Sendable {
    /// Unique for its Envoy, until a factory reset; not in time order. Wire: `id`.
    public var id: Int?
    /// The channel, `serial.channel`. Wire: `eqid`.
    public var equipment: String
    /// Seconds since 1970 UTC. Wire: `date`.
    public var timestamp: Int
    /// The time in which `joules` was produced, up to `timestamp`. Wire: `duration`.
    public var durationSeconds: Int
    /// Wire: `flags`; bits unknown.
    public var flags: Flags?
    /// Grid voltage. Wire: number 1 of `stats`.
    public var acMillivolts: Int?
    /// Grid frequency. Wire: number 2 of `stats`.
    public var acMillihertz: Int?
    /// Panel voltage. Wire: number 3 of `stats`.
    public var dcMillivolts: Int?
    /// Panel current. Wire: number 4 of `stats`.
    public var dcMilliamperes: Int?
    /// The microinverter's temperature. Wire: number 5 of `stats`.
    public var celsius: Int?
    /// Seconds with a power conversion error (the meaning is likely, not certain). Wire: number 6 of `stats`.
    public var conversionErrorSeconds: Int?
    /// The largest number of cycles in error (the meaning is likely, not certain). Wire: number 7 of `stats`.
    public var conversionErrorCycles: Int?
    /// Energy produced in the duration. Wire: number 8 of `stats`, not sent by all firmware.
    public var joules: Int?
    /// Numbers of `stats` past the eighth, of unknown meaning. nil: not a number.
    public var otherStats: [Int?] = []

    public init(id: Int? = nil, equipment: String, timestamp: Int, durationSeconds: Int) {
        self.id = id
        self.equipment = equipment
        self.timestamp = timestamp
        self.durationSeconds = durationSeconds
    }
}
