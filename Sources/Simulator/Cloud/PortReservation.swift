import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Keeps a port from being given to anybody else while nobody listens on it: connections are refused then.
///
/// It is bound and never listens; those that listen beside it must have set `SO_REUSEPORT`, too.
final class PortReservation: Sendable {
    /// `SO_REUSEPORT` of socket(7).
    static let sharing = NIOBSDSocket.Option(rawValue: SO_REUSEPORT)
    private let descriptor: CInt

    /// Nil where the system does not let us; then a port may be taken while the cloud is down.
    init?(_ address: SocketAddress?) {
        guard let address else { return nil }
        let isV6 = address.protocol == .inet6
        #if canImport(Glibc)
            descriptor = socket(isV6 ? AF_INET6 : AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        #else
            descriptor = socket(isV6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)
        #endif
        var yes: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &yes, socklen_t(MemoryLayout<CInt>.size))
        let isBound = address.withSockAddr { bind(descriptor, $0, socklen_t($1)) } == 0
        guard isBound else { return nil }
    }

    deinit { close(descriptor) }
}
