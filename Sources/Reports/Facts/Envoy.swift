/// The Envoy that sent a report (§3, `<envoy>`).
public struct Envoy: Equatable, Sendable {
    /// Wire: `serial_num`.
    public var serialNumber: String
    /// Its address in the local network. Wire: `ip_addr`.
    public var address: String?
    /// Wire: `mac_addr`.
    public var macAddress: String?
    /// A name of the tz database, such as `US/Pacific`. Wire: `timezone`.
    public var timeZone: String?
    /// Wire: `part_num`.
    public var partNumber: String?
    /// The firmware, such as `R3.12.34 (2e8bfe)`. Wire: `sw_version`.
    public var softwareVersion: String?
    /// Degrees north, -90 to 90; since 4.x. Wire: `latitude`.
    public var latitudeDegrees: Double?
    /// Degrees east, -180 to 180; since 4.x. Wire: `longitude`.
    public var longitudeDegrees: Double?
    /// Enphase's name of the region, such as `NA`; since 4.x. Wire: `emu_region`.
    public var region: String?

    public init(serialNumber: String) { self.serialNumber = serialNumber }
}
