import NIOCore

/// The bounds on what one connection may cost. Every one is a setting.
public struct CaptureLimits: Sendable, Equatable {
    /// Bytes of a request's head.
    public var requestHead = 64 * 1024
    /// Bytes of a request's body.
    public var requestBody = 32 * 1024 * 1024
    /// Bytes of a reply, head and body; firmware images pass here, too.
    public var reply = 256 * 1024 * 1024
    /// How long a connection may stay without a byte.
    public var idle = TimeAmount.seconds(30)
    /// How long a request may take from its first byte to its last.
    public var requestTime = TimeAmount.minutes(5)
    /// How long a connection may serve one request after another; what is under way then is finished.
    public var connectionTime = TimeAmount.hours(1)
    /// Connections at once; those over it hear 503.
    public var connections = 1024
    /// How long the upstream may take to accept a connection, its name's resolution included.
    public var connectTime = TimeAmount.seconds(10)
    /// How long a TLS handshake may take, the Envoy's or the upstream's.
    public var handshakeTime = TimeAmount.seconds(10)
    /// How long the upstream may stay silent while a reply is due.
    public var replySilence = TimeAmount.seconds(60)
    /// How long a reply may take from the time when the connection stands to its last byte.
    public var replyTime = TimeAmount.minutes(30)

    public init() {}
}
