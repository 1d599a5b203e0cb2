/// One report of an Envoy: what it is, its equipment, and what happened since the last report (§3).
public struct Report: Equatable, Sendable {
    /// When the Envoy made the report, seconds since 1970 UTC. Wire: `report_timestamp`.
    public var timestamp: Int?
    /// The version of the report's format, such as `4.6.0`; absent before 4.x. Wire: `webcomm_version`.
    public var webcommVersion: String?
    /// The Envoy that speaks. Wire: `<envoy>`.
    public var envoy: Envoy?
    /// Equipment that the Envoy describes anew. Wire: `<device>`.
    public var devices: [Device] = []
    /// Energy over periods. Wire: `<interval>`.
    public var intervals: [Interval] = []
    /// Measurements at instants. Wire: `<reading>`.
    public var readings: [Reading] = []
    /// What happened to the equipment. Wire: `<event>`.
    public var events: [Event] = []

    public init() {}

    /// When it was made or, if it does not say, the time of its newest row, seconds since 1970 UTC; nil without either.
    public var latestTimestamp: Int? {
        timestamp
            ?? [intervals.map(\.endTimestamp).max(), readings.map(\.timestamp).max(), events.map(\.timestamp).max()]
            .compactMap(\.self).max()
    }
}
