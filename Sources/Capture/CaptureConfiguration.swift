import NIOCore
import NIOSSL

/// All that the capture proxy is told before it starts.
public struct CaptureConfiguration: Sendable {
    public enum Cloud: String, Sendable, CaseIterable {
        /// Requests go to the cloud, and its replies come back, byte for byte.
        case forward
        /// Nothing leaves the machine; the Envoy hears 503.
        case off
    }

    public var listen: SocketAddress
    /// For those who end TLS elsewhere; nil for none.
    public var listenPlain: SocketAddress?
    public var access = AccessPolicy()
    public var certificateChain: [NIOSSLCertificate]
    public var privateKey: NIOSSLPrivateKey
    public var upstream: Upstream
    /// A PEM file of certificate authorities that may vouch for the cloud; nil for the system's own.
    public var upstreamAuthorities: String?
    public var cloud = Cloud.forward
    /// Whether a request that could not be written to disk is forwarded all the same; otherwise the Envoy hears 503.
    public var forwardsWithoutKeeping = false
    public var limits = CaptureLimits()

    public init(
        listen: SocketAddress, certificateChain: [NIOSSLCertificate], privateKey: NIOSSLPrivateKey, upstream: Upstream
    ) {
        self.listen = listen
        self.certificateChain = certificateChain
        self.privateKey = privateKey
        self.upstream = upstream
    }
}
