import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where a device was going before a netfilter rule redirected its connection to us.
enum OriginalDestination {
    /// `SO_ORIGINAL_DST` of linux/netfilter_ipv4.h, and `IP6T_SO_ORIGINAL_DST`, the same number.
    private static let option = NIOBSDSocket.Option(rawValue: 80)

    /// Nil where the connection was meant for this machine: not redirected at all, or to one of its own addresses. Fails where that can't
    /// be told: what was meant for another host must not go to the configured cloud.
    static func of(_ channel: any Channel) -> EventLoopFuture<SocketAddress?> {
        guard let local = channel.localAddress, let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(nil)
        }
        let original: EventLoopFuture<SocketAddress>
        if isIPv4(local) {
            original = socket.unsafeGetSocketOption(level: .ip, name: option).map { (address: sockaddr_in) in .init(address) }
        } else {
            original = socket.unsafeGetSocketOption(level: .ipv6, name: option).map { (address: sockaddr_in6) in .init(address) }
        }
        return original.map { (address: SocketAddress) -> SocketAddress? in address }
            // ENOENT, ENOPROTOOPT: no rule redirected it, or the kernel tracks no connections.
            .flatMapErrorThrowing { _ in nil }
            .flatMapThrowing { (address: SocketAddress?) -> SocketAddress? in
                guard let address, try isForeign(address, to: local) else { return nil }
                return address
            }
    }

    /// IPv4, also where it came in through a socket that listens on both.
    private static func isIPv4(_ address: SocketAddress) -> Bool { IPAddress(address)?.isIPv4 == true }

    /// False for this machine itself, by any of its addresses, and for what is no single host: requests never go there.
    ///
    /// - Parameters:
    ///   - local: Where the connection was accepted, and so one of this machine's addresses.
    ///   - devices: Lists the others.
    /// - Throws: Where they can't be listed: then any address may be ours or not.
    static func isForeign(
        _ place: SocketAddress, to local: SocketAddress, devices: () throws -> [NIONetworkDevice] = { try System.enumerateDevices() }
    ) throws -> Bool {
        guard let address = IPAddress(place), address != IPAddress(local) else { return false }
        guard !address.isUnspecified, !address.isMany, !address.isLoopback else { return false }
        return try !devices().contains { $0.address.flatMap { IPAddress($0) } == address }
    }
}
