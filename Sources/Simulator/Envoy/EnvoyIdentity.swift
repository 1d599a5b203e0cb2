/// Who an Envoy says that it is. Wire: `<envoy>` (protocol notes §3).
public struct EnvoyIdentity: Sendable, Equatable {
    /// 12 digits. Wire: `serial_num`.
    public var serial: String
    public var place: Place
    public var webcomm: Webcomm
    /// Wire: `ip_addr`. An address for documentation (RFC 5737).
    public var ipAddress = "192.0.2.17"

    /// - Parameter serial: made up when nil.
    public init(serial: String? = nil, place: Place, webcomm: Webcomm, seed: UInt64) {
        let digits = String(Noise(seed: seed).integer(below: 1_000_000, 20, 0))
        self.serial = serial ?? "129900" + String(repeating: "0", count: 6 - digits.count) + digits
        self.place = place
        self.webcomm = webcomm
    }

    /// Wire: `mac_addr`. Locally administered, so that no device has it.
    public var macAddress: String {
        let number = serial.utf8.reduce(UInt32(0)) { ($0 &* 31) &+ UInt32($1) }
        let octets = [0x02, 0x1D, 0xC0, UInt8(number >> 16 & 0xFF), UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)]
        return octets.map { octet in
            let hex = String(octet, radix: 16, uppercase: true)
            return hex.count == 1 ? "0" + hex : hex
        }.joined(separator: ":")
    }

    /// The grid that the Envoy hangs on.
    var region: Region { (-170 ... -30).contains(place.longitude) ? .northAmerica : .europe }

    /// Wire: `emu_region`. `NA` was seen; `EU` is a guess.
    enum Region: String, Sendable {
        case northAmerica = "NA"
        case europe = "EU"

        var nominalMillivolts: Double { self == .northAmerica ? 245_000 : 230_000 }
        var nominalMillihertz: Double { self == .northAmerica ? 60_000 : 50_000 }
    }
}
