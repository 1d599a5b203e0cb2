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
