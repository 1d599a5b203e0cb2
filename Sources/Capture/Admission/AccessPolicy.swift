/// Who may connect to the capture port: devices that the owner named, or else anyone on a private network.
public struct AccessPolicy: Sendable, Equatable {
    private let devices: Set<IPAddress>

    /// - Parameter devices: The only addresses to admit; where there are none, all private and link-local ones and this
    ///   machine itself.
    public init(devices: [IPAddress] = []) { self.devices = Set(devices) }

    public func admits(_ address: IPAddress) -> Bool {
        devices.isEmpty ? address.isPrivate : devices.contains(address)
    }
}

extension IPAddress {
    /// Whether the address belongs to a private or link-local network, or to this machine alone
    /// (RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5.6).
    var isPrivate: Bool {
        if isIPv4 {
            return switch (bytes[0], bytes[1]) {
            case (10, _), (127, _), (172, 16...31), (192, 168), (169, 254): true
            default: false
            }
        }
        return bytes[0] & 0xfe == 0xfc || (bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80) || isLoopback
    }

    var isLoopback: Bool {
        isIPv4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

    /// Multicast, broadcast, or reserved: no single host.
    var isMany: Bool { isIPv4 ? bytes[0] >= 224 : bytes[0] == 0xff }
}
