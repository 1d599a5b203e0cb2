/// A piece of equipment as the Envoy describes it, usually a microinverter (§3, `<device>`).
public struct Device: Equatable, Sendable {
    /// The serial number. Wire: `eqid`.
    public var equipment: String
    /// 1 is a microinverter; other numbers are unknown. Wire: `device_type`.
    public var type: Int?
    /// Wire: `part_num`.
    public var partNumber: String?
    /// 1 discovered, 2 verified, 3 deleted. Wire: `admin_state`.
    public var adminState: Int?
    /// Wire: `image_bits`.
    public var imageBits: Flags?
    /// Wire: `condition_flags`, `observed_flags`, `control_bits`.
    public var condition = Condition()
    /// Its inputs; a microinverter has one. Wire: `<channel>`.
    public var channels: [Channel] = []

    public init(equipment: String) { self.equipment = equipment }
}

/// An input of a device, one panel of a microinverter (§3, `<channel>`).
public struct Channel: Equatable, Sendable {
    /// The device's serial number, a full stop and the channel's number. Wire: `eqid`.
    public var equipment: String
    /// Wire: `channel_type`; meaning unknown.
    public var type: Int?
    /// Wire: `condition_flags`, `observed_flags`, `control_bits`.
    public var condition = Condition()

    public init(equipment: String) { self.equipment = equipment }
}

/// The flags that devices and channels share (§3).
public struct Condition: Equatable, Sendable {
    /// Wire: `condition_flags`. Channel 0x10 with device 0x40000 follows event 101; the rest is unknown.
    public var flags: Flags?
    /// Wire: `observed_flags`.
    public var observed: Flags?
    /// Wire: `control_bits`.
    public var control: Flags?

    public init() {}
}

/// Bits whose meaning is mostly unknown, so that they are shown in hexadecimal (§3). Wire: decimal.
public struct Flags: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public var rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public var description: String { "0x" + String(rawValue, radix: 16) }
}
