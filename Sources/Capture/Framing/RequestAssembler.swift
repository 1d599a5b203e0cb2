import NIOCore
import NIOHTTP1
import NIOTLS

/// What a connection from an Envoy brings, in order: a head, its bytes, its end, and so on; a refusal ends it.
enum RequestPart: Sendable {
    case head(RequestHead)
    /// Bytes of the request exactly as they came out of TLS, head included.
    case bytes(ByteBuffer)
    case end
    /// Nothing more will be taken from this connection.
    case refused(Refusal)
}

/// What goes back to an Envoy.
enum ReplyPart: Sendable {
    case bytes(ByteBuffer)
    /// The reply is complete and the connection stays open: the next request may come.
    case finished
    /// The reply is complete, and so is the connection.
    case last
    /// The reply is complete; what still comes is thrown away, until the other side has had time to read it and closes.
    case refused
}

/// Turns what the parser and the ``MessageSplitter`` see into ``RequestPart``s, and keeps the connection's limits:
/// body size, time without a byte, time for a whole request.
final class RequestAssembler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = RequestPart
    typealias OutboundIn = ReplyPart
    typealias OutboundOut = ByteBuffer

    private let progress: FramingProgress
    private let limits: CaptureLimits
    /// True where too many connections are open already: the first request is answered with 503.
    private let isOverLimit: Bool
    private var state: RequestState
    private var timer: Scheduled<Void>?
    /// The end of a connection that waits for what was said to be taken; nil while it goes on.
    private var leaving: EventLoopFuture<Void>?

    init(_ progress: FramingProgress, limits: CaptureLimits, isSecured: Bool, isOverLimit: Bool) {
        self.progress = progress
        self.limits = limits
        self.isOverLimit = isOverLimit
        state = RequestState(limits: limits, isSecured: isSecured)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): take(head, context)
        case .body: break
        case .end: progress.isEnded = true
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let message as MessageBytes:
            if let refusal = state.received(message.bytes.readableBytes, at: .now()) { return refuse(refusal, context) }
            emit(.bytes(message.bytes), context)
        case is MessageBegins:
            _ = state.received(0, at: .now())
        case is MessageEnd:
            if state.requestEnded(at: .now()) { progress.isAbandoned = true }
            emit(.end, context)
        case is ChannelShouldQuiesceEvent:
            if state.quiesce() { leave(context) }
        case TLSUserEvent.handshakeCompleted:
            state.secured(at: .now())
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let refusal = state.failed(error) else { return }
        refuse(refusal, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        if let refusal = state.closed() { emit(.refused(refusal), context) }
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        state.writability(context.channel.isWritable, at: .now())
        context.fireChannelWritabilityChanged()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .bytes(let bytes): context.write(wrapOutboundOut(bytes), promise: promise)
        case .finished:
            if state.replyFinished(at: .now()) { leave(context) }
            tellToContinue(context)
            promise?.succeed()
        case .last:
            leave(context)
            promise?.succeed()
        case .refused:
            progress.isAbandoned = true
            state.gaveUp(at: .now())
            promise?.succeed()
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all else { return context.close(mode: mode, promise: promise) }
        leave(context, promise)
    }

    /// Closes the connection once all that was said is taken: NIO's own closing throws away what still waits to go out, such as the end
    /// of a long reply. The wait is bounded (``RequestState/look(at:)``), and whoever closes meanwhile joins it.
    private func leave(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>? = nil) {
        if let leaving { return leaving.cascade(to: promise) }
        guard context.channel.isActive, state.leave(at: .now()) else { return context.close(promise: promise) }
        progress.isAbandoned = true
        let said = context.eventLoop.makePromise(of: Void.self)
        let closed = context.eventLoop.makePromise(of: Void.self)
        leaving = closed.futureResult
        closed.futureResult.cascade(to: promise)
        // Taken or not, that was all: where it failed, the connection is gone, or was cut.
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        said.futureResult.whenComplete { _ in bound.value.close(promise: closed) }
        // Of no length, but in its turn: it is through when all before it is.
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: said)
    }

    private func take(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        if isOverLimit { return refuse(.tooManyConnections, context) }
        switch RequestHead.checked(head, bodyLimit: limits.requestBody) {
        case .failure(let refusal): refuse(refusal, context)
        case .success(let checked):
            progress.body = checked.framing
            emit(.head(checked), context)
            if checked.expectsContinue { state.asksToContinue() }
            tellToContinue(context)
        }
    }

    /// In its turn: not in the midst of the reply to an earlier request.
    private func tellToContinue(_ context: ChannelHandlerContext) {
        if state.maySayContinue() { context.writeAndFlush(wrapOutboundOut(OwnReply.continue), promise: nil) }
    }

    private func refuse(_ refusal: Refusal, _ context: ChannelHandlerContext) {
        progress.isAbandoned = true
        state.refused()
        emit(.refused(refusal), context)
        if refusal.status == nil { context.close(promise: nil) }
    }

    private func emit(_ part: RequestPart, _ context: ChannelHandlerContext) {
        context.fireChannelRead(wrapInboundOut(part))
        context.fireChannelReadComplete()
    }

    private func start(_ context: ChannelHandlerContext) {
        guard timer == nil else { return }
        state.started(at: .now())
        watch(context)
    }

    /// One timer a connection, that looks at the clock and sleeps again; not one a read.
    private func watch(_ context: ChannelHandlerContext) {
        let handler = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(deadline: state.nextLook(after: .now())) {
            let (this, context) = handler.value
            this.look(context)
        }
    }

    private func look(_ context: ChannelHandlerContext) {
        switch state.look(at: .now()) {
        case .wait: break
        case .close: leave(context)
        // Past the wait for what was said.
        case .cut: return context.close(promise: nil)
        case .refuse(let refusal): refuse(refusal, context)
        }
        watch(context)
    }
}
