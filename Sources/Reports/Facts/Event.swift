/// Something that happened to the Envoy or its equipment (§3, `<event>`).
public struct Event: Equatable, Sendable {
    /// Unique for its Envoy, until a factory reset; the cloud's reply names it. Wire: `id`.
    public var id: Int
    /// See `name`. Wire: `event_code`.
    public var code: Int
    /// 0 momentary, 1 cleared, 2 raised; see `state`. Wire: `event_state`.
    public var stateNumber: Int?
    /// Seconds since 1970 UTC. Wire: `event_date`.
    public var timestamp: Int
    /// The device, channel or Envoy concerned: `serial` or `serial.channel`. Wire: `eqid`.
    public var equipment: String?
    /// The device's serial number; not sent by all firmware. Wire: `serial_num`.
    public var serialNumber: String?
    /// The id of the event that this one pairs with; often absent when raised. Wire: `correlation_id`.
    public var correlationID: Int?
    /// Which text the cloud shows. Wire: `message_key`.
    public var messageKey: String?
    /// What goes into that text, JSON. Wire: the text of `<message_params>`.
    public var messageParameters: String?

    public init(id: Int, code: Int, timestamp: Int) {
        self.id = id
        self.code = code
        self.timestamp = timestamp
    }

    /// What `stateNumber` means (§3).
    public enum State: Int, Sendable {
        case momentary = 0
        case cleared = 1
        case raised = 2
    }

    /// The state, if its number is known.
    public var state: State? { stateNumber.flatMap(State.init(rawValue:)) }

    /// The event's name, if its code is one whose name is known (§3).
    public var name: String? {
        switch code {
        case 101: "grid instability"
        case 509: "power-on reset"
        case 512: "DC power too low"
        case 10000: "microinverter failed to report"
        case 10009: "microinverter sleeping"
        default: nil
        }
    }
}
