import NIOCore
import NIOSSL

/// All that the capture proxy is told before it starts.
public struct CaptureConfiguration: Sendable {
    public enum Cloud: String, Sendable, CaseIterable {
        /// Requests go to the cloud, and its replies come back, byte for byte.
        case forward
        /// Requests go to the cloud, and its replies are kept; the Envoy hears an answer made here, and nothing of the cloud's.
        case shield
        /// Nothing leaves the machine; the Envoy hears an answer made here.
        case answer
        /// Nothing leaves the machine; the Envoy hears 503.
        case off
    }

    /// What happens to requests that were on their way to another host than the one that takes reports.
    public enum OtherHosts: String, Sendable, CaseIterable {
        /// They go there, and the replies come back, whatever happens to reports.
        case forward
        /// They go nowhere; the Envoy hears 503.
        case block
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
    public var cloud = CloudMode(.forward, at: 0)
    /// Whether a request with this target brings a report; what becomes of others says nothing of whether the cloud takes reports.
    public var isReport: @Sendable (_ target: String) -> Bool = { _ in true }
    /// Whether a whole reply says that a report is taken, whatever its status: of one that says nothing of a report it is not known. It may
    /// be called on any thread.
    public var isTaken: @Sendable ([UInt8]) -> Bool = { _ in true }
    /// Makes the answers of `shield` and `answer`: the bytes of a whole reply to a request's bytes, head and body. What it throws says why
    /// there is none; the Envoy hears 503 then, and keeps its report. It may be called on any thread, from several at once, and may block.
    ///
    /// `answersUnread` asks for an answer also to a report that can't be read.
    public var answer: @Sendable (_ request: [UInt8], _ answersUnread: Bool) throws -> [UInt8] = { _, _ in throw UpstreamFailure.off }
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
