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

    /// Nil where the connection was meant for this machine: not redirected at all, or to one of its own addresses.
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
        return original.map { isForeign($0) ? $0 : nil }
            // ENOENT, ENOPROTOOPT: no rule redirected it, or the kernel tracks no connections.
            .flatMapErrorThrowing { _ in nil }
    }

    /// IPv4, also where it came in through a socket that listens on both.
    private static func isIPv4(_ address: SocketAddress) -> Bool { IPAddress(address)?.isIPv4 == true }

    /// False for this machine itself, by any of its addresses, and for what is no single host: requests never go there.
    private static func isForeign(_ socket: SocketAddress) -> Bool {
        guard let address = IPAddress(socket) else { return false }
        // Where the interfaces can't be listed, none is known to be ours: better no forwarding by destination than to ourselves.
        guard let devices = try? System.enumerateDevices() else { return false }
        let isOwn = devices.contains { $0.address.flatMap { IPAddress($0) } == address }
        return !isOwn && !address.isUnspecified && !address.isMany && !address.isLoopback
    }
}
