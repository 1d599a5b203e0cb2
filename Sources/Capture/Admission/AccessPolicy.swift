import NIOCore

/// Who may connect to the capture port: devices that the owner named, or else anyone on a private network.
public struct AccessPolicy: Sendable, Equatable {
    private let named: Set<[UInt8]>

    /// - Parameter devices: The only addresses to admit; where there are none, all private and link-local ones (RFC 1918,
    ///   RFC 3927, RFC 4193, RFC 4291 §2.5.6) and this machine itself.
    public init(devices: [SocketAddress] = []) {
        named = Set(devices.compactMap(Self.octets))
    }

    public func admits(_ address: SocketAddress?) -> Bool {
        guard let octets = address.flatMap(Self.octets) else { return false }
        return named.isEmpty ? Self.isPrivate(octets) : named.contains(octets)
    }

    /// The address in network order, 4 or 16 bytes; IPv4 mapped into IPv6 (RFC 4291 §2.5.5.2) is IPv4.
    static func octets(of address: SocketAddress) -> [UInt8]? {
        switch address {
        case .v4(let v4):
            return withUnsafeBytes(of: v4.address.sin_addr) { Array($0) }
        case .v6(let v6):
            let bytes = withUnsafeBytes(of: v6.address.sin6_addr) { Array($0) }
            let mapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10...11].allSatisfy { $0 == 0xff }
            return mapped ? Array(bytes[12...]) : bytes
        case .unixDomainSocket: return nil
        }
    }

    static func isPrivate(_ octets: [UInt8]) -> Bool {
        if octets.count == 4 {
            switch (octets[0], octets[1]) {
            case (10, _), (127, _), (172, 16...31), (192, 168), (169, 254): return true
            default: return false
            }
        }
        return octets[0] & 0xfe == 0xfc || (octets[0] == 0xfe && octets[1] & 0xc0 == 0x80) || isLoopback(octets)
    }

    static func isLoopback(_ octets: [UInt8]) -> Bool {
        octets.count == 4 ? octets[0] == 127 : octets.dropLast().allSatisfy { $0 == 0 } && octets.last == 1
    }
}
