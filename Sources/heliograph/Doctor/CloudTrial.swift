import Interception
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// A TLS connection to the cloud, as `run` makes them, and nothing sent on it.
struct CloudTrial {
    var upstream: Upstream
    /// A PEM file; nil for the system's authorities.
    var authorities: String?

    func run() async -> DoctorFacts.Trial {
        let place = "\(upstream.host):\(upstream.port)"
        do {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            configuration.trustRoots = try authorities.map { .certificates(try NIOSSLCertificate.fromPEMFile($0)) } ?? .default
            let context = try NIOSSLContext(configuration: configuration)
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let outcome = loop.makePromise(of: Void.self)
            let deadline = loop.scheduleTask(in: .seconds(15)) { outcome.fail(TimedOut()) }
            let host = upstream.host
            let connection = ClientBootstrap(group: loop).connectTimeout(.seconds(10)).channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        NIOSSLClientHandler(context: context, serverHostname: host.contains(":") || IPv4Address(host) != nil ? nil : host),
                        HandshakeWaiter(outcome))
                }
            }.connect(host: host, port: upstream.port)
            connection.whenFailure { outcome.fail($0) }
            defer { deadline.cancel() }
            try await outcome.futureResult.get()
            // The answer is known; how the connection ends is of no interest.
            try? await connection.get().close()
            return .good("\(place) proves who it is")
        } catch is TimedOut {
            return .bad("\(place) did not finish a handshake within 15 seconds")
        } catch {
            return .bad("\(place): \(error)")
        }
    }

    private struct TimedOut: Error {}
}

/// Hears how a handshake ends.
private final class HandshakeWaiter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let outcome: EventLoopPromise<Void>

    init(_ outcome: EventLoopPromise<Void>) { self.outcome = outcome }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent { outcome.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        outcome.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        outcome.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}
