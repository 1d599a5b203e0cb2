import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS

/// What a connection to the cloud brings, in order.
enum UpstreamEvent: Sendable {
    /// The connection stands and the other side has proved who it is: now it may be told something.
    case ready
    /// Bytes of the reply exactly as they came out of TLS, head included.
    case bytes(ByteBuffer)
    case end(ReplySummary)
    case failed(UpstreamFailure)
}

/// What a reply that is whole said of itself.
struct ReplySummary: Sendable {
    /// The HTTP status; nil where what came is no HTTP.
    var status: Int?
    /// Whether the connection that it goes out on may serve another request.
    var keepsAlive = false
}

/// Turns what the parser and the ``MessageSplitter`` see of a reply into ``UpstreamEvent``s, and keeps its time limits.
///
/// Requests go out in an envelope that the reply parser wants to see: a head that is never written (the parser learns
/// the method from it, and gets it before the other side can say a word), and bodies whose bytes are the request as it
/// stands in the spool.
final class ReplyAssembler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = UpstreamEvent
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private let progress: FramingProgress
    private let head: HTTPRequestHead
    private let limits: CaptureLimits
    private let verifiedName: VerifiedName?
    private var state: ReplyState
    private var summary = ReplySummary()
    /// Whether the connection ended by a reset, or another failure of the network.
    private var isReset = false
    private var timer: Scheduled<Void>?

    init(_ progress: FramingProgress, to head: HTTPRequestHead, limits: CaptureLimits, verifiedName: VerifiedName?) {
        self.progress = progress
        self.head = head
        self.limits = limits
        self.verifiedName = verifiedName
        state = ReplyState(limits: limits)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    /// Nobody asks for more while the Envoy has yet to take what there is: that silence is not the cloud's.
    func read(context: ChannelHandlerContext) {
        state.asked(at: .now())
        context.read()
    }

    /// The cloud's silence counts from when it has what there is to hear: not while a disk is flushed, nor while a long request goes out.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        state.told(at: .now())
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        let this = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.futureResult.whenSuccess { this.value.state.told(at: .now()) }
        context.write(data, promise: written)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            progress.body = Self.framing(of: head)
            summary.status = Int(head.status.code)
            if case .untilClose? = progress.body { summary.keepsAlive = false } else { summary.keepsAlive = head.isKeepAlive }
        case .body: break
        case .end: progress.isEnded = true
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let message as MessageBytes:
            // What is over the limit goes nowhere.
            if let part = message.bytes.getSlice(at: message.bytes.readerIndex, length: min(message.bytes.readableBytes, state.room)) {
                emit(.bytes(part), context)
            }
            if let failure = state.received(message.bytes.readableBytes, at: .now()) { fail(failure, context) }
        case is MessageEnd: finish(context)
        case is MessageBegins: break
        case TLSUserEvent.handshakeCompleted: secured(context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if (error as? HTTPParserError) == .invalidEOFState {
            // The end of the connection in the middle of a reply; judged there.
        } else if error is HTTPParserError || error is NIOHTTPDecoderError {
            // What the parser can't follow passes as it is, until the cloud closes.
            progress.isAbandoned = true
            summary.keepsAlive = false
        } else if let failure = UpstreamFailure(error) {
            fail(failure, context)
        } else if error is IOError {
            isReset = true
        }
        // Anything else is the end of the connection, too: also one by TLS that does not take leave (`uncleanShutdown`), as old servers do.
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        if endsWithConnection, !isReset {
            finish(context)
        } else {
            fail(state.hasBytes ? .closedMidReply : state.isReady ? .closedWithoutReply : .handshakeFailed("it hung up"), context)
        }
        context.fireChannelInactive()
    }

    /// Whether the end of the connection is that of the reply: where it was cut off by a reset, nobody knows what is missing.
    private var endsWithConnection: Bool {
        if case .untilClose? = progress.body { return true }
        return progress.isAbandoned || progress.isEnded
    }

    private static func framing(of head: HTTPResponseHead) -> FramingProgress.Body {
        if head.headers.contains(name: "transfer-encoding") {
            return head.headers["transfer-encoding"].last?.lowercased().hasSuffix("chunked") == true ? .parsed : .untilClose
        }
        if let length = head.headers["content-length"].first.flatMap({ Int($0) }), length > 0 { return .counted(length) }
        if head.headers.contains(name: "content-length") { return .parsed }
        // 101 hands the connection to another protocol; the rest end with their head, and the parser says so.
        return head.status == .switchingProtocols ? .untilClose : [204, 304].contains(head.status.code) ? .parsed : .untilClose
    }

    private func start(_ context: ChannelHandlerContext) {
        guard timer == nil else { return }
        state.connected(at: .now())
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        watch(context)
        if verifiedName == nil, (try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)) == nil {
            state.secured(at: .now())
            emit(.ready, context)
        }
    }

    private func secured(_ context: ChannelHandlerContext) {
        if let verifiedName, !verifiedName.accepts(context) {
            return fail(.untrusted("it is not for the name \(verifiedName.name)"), context)
        }
        state.secured(at: .now())
        emit(.ready, context)
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard state.finish() else { return }
        emit(.end(summary), context)
    }

    private func fail(_ failure: UpstreamFailure, _ context: ChannelHandlerContext) {
        guard state.finish() else { return }
        progress.isAbandoned = true
        emit(.failed(failure), context)
        context.close(promise: nil)
    }

    private func emit(_ event: UpstreamEvent, _ context: ChannelHandlerContext) {
        context.fireChannelRead(wrapInboundOut(event))
        context.fireChannelReadComplete()
    }

    private func watch(_ context: ChannelHandlerContext) {
        let handler = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: state.lookInterval) {
            let (this, context) = handler.value
            if let failure = this.state.look(at: .now()) { this.fail(failure, context) } else { this.watch(context) }
        }
    }
}

/// Where one exchange with the cloud stands, and which limits apply to it there.
struct ReplyState {
    private let limits: CaptureLimits
    private(set) var isReady = false
    private var isFinished = false
    private var count = 0
    private var began = NIODeadline.uptimeNanoseconds(0)
    /// Whether it has got something of the request.
    private var isTold = false
    /// Since when the cloud has been asked for bytes and has sent none; nil while it is not asked.
    private var waitingSince: NIODeadline?

    init(limits: CaptureLimits) { self.limits = limits }

    var hasBytes: Bool { count > 0 }
    /// How many more bytes a reply may have.
    var room: Int { max(0, limits.reply - count) }
    var lookInterval: TimeAmount { min(.milliseconds(500), limits.replySilence, limits.handshakeTime) }

    mutating func connected(at now: NIODeadline) { began = now }

    mutating func secured(at now: NIODeadline) {
        isReady = true
        began = now
    }

    /// A piece of the request goes out, or has gone.
    mutating func told(at now: NIODeadline) {
        isTold = true
        // Of a reply that has begun early the silence counts as ever.
        if !hasBytes { waitingSince = now }
    }

    mutating func asked(at now: NIODeadline) { if isTold || hasBytes, waitingSince == nil { waitingSince = now } }

    mutating func received(_ bytes: Int, at now: NIODeadline) -> UpstreamFailure? {
        count += bytes
        waitingSince = nil
        return count > limits.reply ? .replyTooLarge(limit: limits.reply) : nil
    }

    /// True the first time: an exchange ends once.
    mutating func finish() -> Bool {
        defer { isFinished = true }
        return !isFinished
    }

    func look(at now: NIODeadline) -> UpstreamFailure? {
        if isFinished { return nil }
        if !isReady { return now - began > limits.handshakeTime ? .handshakeTooSlow : nil }
        if let waitingSince, now - waitingSince > limits.replySilence { return .tooSlow }
        return now - began > limits.replyTime ? .tooSlow : nil
    }
}
