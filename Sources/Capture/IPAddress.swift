import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An IPv4 or IPv6 address without a port.
///
/// An IPv4 address in its IPv6 form (`::ffff:192.0.2.7`), as a socket for both families shows it, equals the IPv4 one.
public struct IPAddress: Hashable, Sendable {
    /// The address in network order: 4 bytes for IPv4, 16 for IPv6.
    public let bytes: [UInt8]

    /// Whether this is an IPv4 address.
    public var isIPv4: Bool { bytes.count == 4 }

    /// Reads an address as `inet_pton` does: `192.0.2.7`, `2001:db8::7`; no brackets, no zone, no host name.
    /// - Returns: nil for anything else.
    public init?(_ text: String) {
        // A zero byte would end the text early for the C function.
        guard !text.utf8.contains(0) else { return nil }
        var four = in_addr()
        var sixteen = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(bytes: withUnsafeBytes(of: &four) { Array($0) })
        } else if inet_pton(AF_INET6, text, &sixteen) == 1 {
            self.init(bytes: withUnsafeBytes(of: &sixteen) { Array($0) })
        } else {
            return nil
        }
    }

    /// - Returns: nil for an address that is not IP (a Unix domain socket).
    public init?(_ address: SocketAddress) {
        switch address {
        case .v4(let address):
            var four = address.address.sin_addr
            self.init(bytes: withUnsafeBytes(of: &four) { Array($0) })
        case .v6(let address):
            var sixteen = address.address.sin6_addr
            self.init(bytes: withUnsafeBytes(of: &sixteen) { Array($0) })
        case .unixDomainSocket:
            return nil
        }
    }

    /// `0.0.0.0`: every IPv4 address of this machine.
    public static let anyIPv4 = IPAddress(verbatim: [0, 0, 0, 0])

    /// - Returns: nil unless there are 4 or 16 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
        self.bytes = bytes.starts(with: mappedPrefix) ? Array(bytes.dropFirst(12)) : bytes
    }

    private init(verbatim bytes: [UInt8]) { self.bytes = bytes }
}

extension IPAddress: CustomStringConvertible {
    /// The address as `inet_ntop` writes it, without brackets.
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        // Can't fail: the family is right for the number of bytes and the buffer has the documented size.
        _ = bytes.withUnsafeBytes { source in
            inet_ntop(isIPv4 ? AF_INET : AF_INET6, source.baseAddress, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
