import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

typealias UpstreamChannel = NIOAsyncChannel<UpstreamEvent, HTTPClientRequestPart>

/// Opens connections to where requests go: resolved afresh each time, IPv6 and IPv4 tried, the certificate and its name verified.
struct UpstreamConnector: Sendable {
    private let context: NIOSSLContext
    private let configuredName: VerifiedName
    private let limits: CaptureLimits

    /// - Parameter authorities: A PEM file of certificate authorities; nil for the system's own.
    /// - Throws: What NIOSSL says of a file that is missing or holds no certificate.
    init(upstream: Upstream, authorities: String?, limits: CaptureLimits) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .fullVerification
        configuration.minimumTLSVersion = .tlsv12
        configuration.trustRoots = try authorities.map { .certificates(try NIOSSLCertificate.fromPEMFile($0)) } ?? .default
        // Classic ones alone: with a post-quantum share the first message no longer fits one packet, which old servers and
        // firewalls are known to choke on, and a report is no secret worth decades.
        configuration.curves = [.x25519, .secp256r1, .secp384r1]
        // How long a place may take to take leave; the reply is whole by then.
        configuration.shutdownTimeout = .milliseconds(500)
        context = try NIOSSLContext(configuration: configuration)
        configuredName = VerifiedName(upstream.host)
        self.limits = limits
        let anywhere = Destination(place: .named(upstream), name: nil)
        try Rehearsal.hold { _ = try furnish($0, for: anywhere, HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")) }
    }

    /// - Parameter head: Of the request that will go there: the reply's parser must know its method from the start.
    func connect(
        to destination: Destination, for head: HTTPRequestHead, on eventLoop: any EventLoop
    ) async throws(UpstreamFailure) -> UpstreamChannel {
        let bootstrap = ClientBootstrap(group: eventLoop).connectTimeout(limits.connectTime)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        do {
            switch destination.place {
            case .named(let upstream):
                return try await bootstrap.connect(host: upstream.host, port: upstream.port) { configure($0, for: destination, head) }
            case .original(let address):
                return try await bootstrap.connect(to: address) { configure($0, for: destination, head) }
            }
        } catch { throw UpstreamFailure(connecting: error) }
    }

    private func configure(_ channel: any Channel, for destination: Destination, _ head: HTTPRequestHead) -> EventLoopFuture<
        UpstreamChannel
    > {
        channel.eventLoop.makeCompletedFuture { try furnish(channel, for: destination, head) }
    }

    private func furnish(_ channel: any Channel, for destination: Destination, _ head: HTTPRequestHead) throws -> UpstreamChannel {
        let pipeline = channel.pipeline.syncOperations
        let progress = FramingProgress()
        var verifiedName: VerifiedName?
        if !destination.isPlain {
            try pipeline.addHandler(try NIOSSLClientHandler(context: context, serverHostname: destination.name))
            verifiedName = destination.name.map { $0 == configuredName.name ? configuredName : VerifiedName($0) }
        }
        try pipeline.addHandlers([
            RequestEnvelope(),
            MessageSplitter(progress, strictness: .replies, headLimit: limits.requestHead),
            ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop)),
            ReplyAssembler(progress, to: head, limits: limits, verifiedName: verifiedName),
        ])
        return try UpstreamChannel(wrappingChannelSynchronously: channel)
    }
}
