import NIOCore
import NIOPosix
import Simulator
import TestSupport
import Testing

@Suite("An Envoy that reads slower than the cloud sends", .timeLimit(.minutes(10)))
struct SlowReaderTests {
    /// Somewhat more than the kernel holds for a ``SlowEnvoy``, 64 KB or so; and no more than the proxy takes over at once, so that the
    /// conversation comes to its end while the proxy still has bytes to send.
    private static let reply: [UInt8] = {
        let body = (0..<100 << 10).map { UInt8(truncatingIfNeeded: $0 / 251) }
        return Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n".utf8) + body
    }()

    @Test("On the plain port it gets the end of a long reply, too, that it takes only when all else is over")
    func slow() async throws {
        try await withHouse(.reply(Self.reply)) { house async throws in
            let envoy = try await SlowEnvoy.connected(to: house.proxy.plainPort)
            try await envoy.send(PostedReport.any.request)
            // Nothing more is to be said then.
            #expect(try await house.proxy.awaited("response") == Self.reply)
            let got = await envoy.rest()
            #expect(got.isClosed && got.bytes == Self.reply, "\(got.bytes.count) of \(Self.reply.count) bytes")
        }
    }

    @Test("One that takes nothing of it at all is let go")
    func never() async throws {
        try await withHouse(.reply(Self.reply), ["--limits-idle", "2s"]) { house async throws in
            let envoy = try await SlowEnvoy.connected(to: house.proxy.plainPort)
            try await envoy.send(PostedReport.any.request)
            #expect(try await house.proxy.awaited("response") == Self.reply)
            // It stops when the last connection is closed.
            #expect(await house.proxy.stop() == 0)
            #expect(await envoy.rest().isClosed)
        }
    }
}

/// An Envoy with little room for what it is sent, who reads nothing before the test wants the rest.
private final class SlowEnvoy: Sendable {
    struct Received: Sendable {
        var bytes: [UInt8] = []
        var isClosed = false
    }

    private let channel: any Channel
    private let received: Watched<Received>

    private init(_ channel: any Channel, _ received: Watched<Received>) { (self.channel, self.received) = (channel, received) }

    static func connected(to port: Int) async throws -> SlowEnvoy {
        let received = Watched(Received())
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .channelOption(.socketOption(.so_rcvbuf), value: 8192)
            // TCP_MAXSEG of linux/tcp.h: where segments are small, so is the room that the other side's kernel makes for what it sends.
            .channelOption(.tcpOption(NIOBSDSocket.Option(rawValue: 2)), value: 536)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Collector(received)) }
            }
        return SlowEnvoy(try await bootstrap.connect(host: "127.0.0.1", port: port).get(), received)
    }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get() }

    /// Begins to read, and reads until the other side closes.
    func rest() async -> Received {
        // Closed already is as good.
        try? await channel.setOption(.autoRead, value: true).get()
        _ = await received.wait { $0.isClosed }
        return received.value
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
