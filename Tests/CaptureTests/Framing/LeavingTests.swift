import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Capture

@Suite("A connection that ends first lets go out what was said")
struct LeavingTests {
    /// How a connection can come to its end.
    enum Way: CaseIterable {
        case closed, last, finished, quiesced
    }

    /// Stands where the socket would, and takes nothing until it is told to.
    private final class FullSocket: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        private var waiting: [EventLoopPromise<Void>] = []
        private(set) var isClosed = false

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if let promise { waiting.append(promise) }
        }

        func flush(context: ChannelHandlerContext) {}

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            isClosed = true
            end { $0.fail(ChannelError.ioOnClosedChannel) }
            context.close(mode: mode, promise: promise)
        }

        func takeAll() { end { $0.succeed(()) } }

        private func end(_ tell: (EventLoopPromise<Void>) -> Void) {
            let ended = waiting
            waiting = []
            for promise in ended { tell(promise) }
        }
    }

    private static func connection(
        _ limits: CaptureLimits = CaptureLimits(), isSecured: Bool = true
    ) throws -> (channel: EmbeddedChannel, socket: FullSocket) {
        let channel = EmbeddedChannel()
        let socket = FullSocket()
        let progress = FramingProgress()
        try channel.pipeline.syncOperations.addHandlers([
            socket,
            MessageSplitter(progress, strictness: .requests, headLimit: limits.requestHead),
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)),
            RequestAssembler(progress, limits: limits, isSecured: isSecured, isOverLimit: false),
        ])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return (channel, socket)
    }

    private static let request = ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n")

    private static func say(_ part: ReplyPart, on channel: EmbeddedChannel) {
        channel.pipeline.syncOperations.writeAndFlush(NIOAny(part), promise: nil)
    }

    private static func ask(_ channel: EmbeddedChannel) throws {
        try channel.writeInbound(request)
        say(.bytes(ByteBuffer(string: "reply")), on: channel)
    }

    private static func end(_ channel: EmbeddedChannel, _ way: Way) {
        switch way {
        case .closed: channel.close(promise: nil)
        case .last: say(.last, on: channel)
        case .finished:
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            say(.finished, on: channel)
        case .quiesced:
            say(.finished, on: channel)
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    @Test("It closes when all is taken and not before, however often it is told to", arguments: Way.allCases)
    func taken(way: Way) throws {
        let (channel, socket) = try Self.connection()
        try Self.ask(channel)
        Self.end(channel, way)
        channel.close(promise: nil)
        #expect(!socket.isClosed && channel.isActive)
        socket.takeAll()
        #expect(socket.isClosed && !channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test("What comes meanwhile is not read any more")
    func nothingMore() throws {
        let (channel, socket) = try Self.connection()
        try Self.ask(channel)
        Self.end(channel, .last)
        while try channel.readInbound(as: RequestPart.self) != nil {}
        try channel.writeInbound(Self.request)
        #expect(try channel.readInbound(as: RequestPart.self) == nil)
        socket.takeAll()
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test("It waits no longer than a connection may be without a byte", arguments: Way.allCases)
    func nothingTaken(way: Way) throws {
        var limits = CaptureLimits()
        limits.idle = .nanoseconds(1)
        let (channel, socket) = try Self.connection(limits)
        try Self.ask(channel)
        Self.end(channel, way)
        #expect(!socket.isClosed && channel.isActive)
        channel.embeddedEventLoop.advanceTime(to: .now() + .seconds(1))
        #expect(socket.isClosed && !channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test("Before the end of the handshake there is nothing to wait for")
    func handshake() throws {
        let (channel, socket) = try Self.connection(isSecured: false)
        channel.close(promise: nil)
        #expect(socket.isClosed && !channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test("The wait counts from when something was last seen to be taken")
    func counted() {
        func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(1_000_000_000) + .seconds(seconds) }
        var state = RequestState(limits: CaptureLimits(), isSecured: true)
        state.started(at: at(0))
        _ = state.received(1, at: at(0))
        _ = state.requestEnded(at: at(0))
        #expect(state.leave(at: at(10)) == true)
        #expect(state.look(at: at(40)) == .wait)
        #expect(state.look(at: at(41)) == .cut)
        state.writability(false, at: at(20))
        #expect(state.look(at: at(50)) == .wait)
        #expect(state.look(at: at(51)) == .cut)
        state.writability(true, at: at(45))
        #expect(state.look(at: at(75)) == .wait)
        #expect(state.look(at: at(76)) == .cut)
    }
}
