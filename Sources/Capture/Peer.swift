import NIOCore

/// Who is at the other end of a connection.
struct Peer: Sendable {
    var address: SocketAddress?
    /// Where it was going, if not to us.
    var original: SocketAddress?
    var isPlain: Bool

    /// Its address without the port, for logs and counts.
    var name: String { address?.ipAddress ?? "unknown" }
}
