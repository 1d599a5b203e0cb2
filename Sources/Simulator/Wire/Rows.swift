/// What an Envoy keeps until its cloud has taken it: the three kinds of rows share an id and an end.
protocol BacklogRow: Sendable {
    /// Unique and increasing within its kind, from one Envoy.
    var id: Int { get }
}

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

/// Values at an instant. Wire: `<reading>` (protocol notes §3).
public struct SimulatedReading: BacklogRow, Equatable {
    public let id: Int
    /// The channel, `serial.1`. Wire: `eqid`.
    public let channel: String
    /// UTC epoch seconds. Wire: `date`.
    public let dateSeconds: Int
    /// Since the reading before. Wire: `duration`.
    public let durationSeconds: Int
    /// Wire: `stats`, numbers 1 to 5.
    public let inverter: Inverter
    /// Produced in `durationSeconds`. Wire: `stats`, number 8.
    public let joules: Int

    /// Wire: `stats`.
    var stats: String {
        let values = [
            inverter.acMillivolts, inverter.acMillihertz, inverter.dcMillivolts, inverter.dcMilliamps,
            inverter.celsius, 0, 0, joules,
        ]
        return values.map(String.init).joined(separator: ",")
    }
}

/// Something that happened. Wire: `<event>` (protocol notes §3).
public struct SimulatedEvent: BacklogRow, Equatable {
    public let id: Int
    /// Wire: `event_code`.
    public let code: EventCode
    /// Wire: `event_state`.
    public let state: EventState
    /// UTC epoch seconds. Wire: `event_date`.
    public let dateSeconds: Int
    /// Serial of the device or the Envoy; with `.1` for a channel. Wire: `eqid`.
    public let equipment: String
    /// The event it pairs with. Wire: `correlation_id`.
    public internal(set) var correlationID: Int?
    /// Wire: `message_key`.
    public let messageKey: String?
    /// JSON. Wire: `<message_params>`.
    public let messageParameters: String?

    /// Serial without the channel. Wire: `serial_num`.
    var serial: String { String(equipment.prefix { $0 != "." }) }
}

/// Codes that the simulation raises, by the names of protocol notes §3.
public enum EventCode: Int, Sendable {
    case gridInstability = 101
    case powerOnReset = 509
    case dcPowerTooLow = 512
    /// Seen without a name.
    case unnamed10006 = 10006
    case microinverterSleeping = 10009
    /// Seen without a name.
    case unnamed10031 = 10031
}

/// Wire: `event_state` (protocol notes §3).
public enum EventState: Int, Sendable {
    case momentary = 0
    case cleared = 1
    case raised = 2
}
