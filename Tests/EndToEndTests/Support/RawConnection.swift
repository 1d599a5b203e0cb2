import NIOCore
import NIOPosix
import NIOSSL
import TestSupport

/// A connection on which a test sends whatever bytes it likes, at its own pace.
final class RawConnection: Sendable {
    struct Received: Sendable {
        var bytes: [UInt8] = []
        var isClosed = false
        var text: String { String(decoding: bytes, as: UTF8.self) }
        /// The first number in the status line.
        var status: Int? { text.split(separator: " ").dropFirst().first.flatMap { Int($0.prefix(3)) } }
    }

    let received: Watched<Received>
    let channel: any Channel

    private init(_ channel: any Channel, _ received: Watched<Received>) { (self.channel, self.received) = (channel, received) }

    /// - Parameters:
    ///   - tls: nil for plain TCP.
    ///   - source: An address of this machine to come from.
    ///   - isReluctant: Whether it has little room for what it is sent, and reads nothing before it is to read the rest.
    static func open(
        _ port: Int, tls: TLSConfiguration? = nil, from source: String? = nil, isReluctant: Bool = false
    ) async throws -> RawConnection {
        let received = Watched(Received())
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.seconds(150))
            .channelOption(.allowRemoteHalfClosure, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(try NIOSSLClientHandler(context: context, serverHostname: nil))
                    }
                    try channel.pipeline.syncOperations.addHandler(Collector(received))
                }
            }
        if isReluctant {
            bootstrap = bootstrap.channelOption(.autoRead, value: false).channelOption(.socketOption(.so_rcvbuf), value: 8192)
                // TCP_MAXSEG of linux/tcp.h: where segments are small, so is the room that the other side's kernel makes for what it sends.
                .channelOption(.tcpOption(NIOBSDSocket.Option(rawValue: 2)), value: 536)
        }
        if let source { bootstrap = try bootstrap.bind(to: SocketAddress(ipAddress: source, port: 0)) }
        return RawConnection(try await bootstrap.connect(host: "127.0.0.1", port: port).get(), received)
    }

    /// TLS as a client of today speaks it, but trusting anybody, as an Envoy does.
    static var trustingTLS: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        return configuration
    }

    func send(_ bytes: some Sequence<UInt8>) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get() }
    func send(_ text: String) async throws { try await send(text.utf8) }

    /// Sends what may be cut off: a server that refuses closes while bytes still come.
    func sendAsMuchAsIsTaken(_ bytes: some Sequence<UInt8>) async {
        // Being cut off is one of the outcomes; the reply tells which.
        try? await send(bytes)
    }

    /// Waits until the other side closes; what it has sent by then, or by the end of the time.
    func rest(within limit: Duration = .patience) async -> Received {
        // Closed already is as good.
        try? await channel.setOption(.autoRead, value: true).get()
        _ = await received.wait(within: limit) { $0.isClosed }
        return received.value
    }

    func receives(_ text: String, within limit: Duration = .patience) async -> Bool {
        await received.wait(within: limit) { $0.text.contains(text) }
    }

    func close() async {
        // Closed already is as good.
        try? await channel.close().get()
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let received: Watched<Received>

        init(_ received: Watched<Received>) { self.received = received }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            received.change { $0.bytes.append(contentsOf: bytes.readableBytesView) }
        }
        func channelInactive(context: ChannelHandlerContext) { received.change { $0.isClosed = true } }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
