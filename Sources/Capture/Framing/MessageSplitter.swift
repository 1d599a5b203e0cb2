import NIOCore
import NIOHTTP1

/// What the HTTP parser has learned of the message that passes now: set behind the parser, read before it, on one event loop.
final class FramingProgress {
    /// How the end of a message is to be recognised, once its head is known.
    enum Body {
        /// After this many bytes.
        case counted(Int)
        /// By the parser, at the end of some line: chunked, or no body at all.
        case parsed
        /// When the sender closes.
        case untilClose
    }

    var body: Body?
    var isEnded = false
    /// True when the rest of the stream has no meaning: the parser gave up, or the message was refused.
    var isAbandoned = false
}

/// Bytes of a message exactly as they arrived; sent past the parser, which only watches.
struct MessageBytes: Sendable { var bytes: ByteBuffer }

/// Some bytes of a head have arrived, but not yet all.
struct MessageBegins: Sendable {}

/// The message that began last is whole.
struct MessageEnd: Sendable {}

/// A message that breaks the rules of framing.
struct FramingViolation: Error, Equatable {
    enum Rule: String { case headTooLarge, bareLineFeed, foldedLine, nulByte }
    var rule: Rule
}

/// Finds where each HTTP message of a byte stream ends without touching a byte of it: it feeds NIO's own parser in
/// pieces that never reach past the end of a message, asks ``FramingProgress`` after each, and sends the piece itself
/// past the parser as ``MessageBytes``.
///
/// A head goes in whole; a counted body as it comes; a chunked one line by line, since it can only end with a line.
final class MessageSplitter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    enum Strictness {
        /// Only CRLF ends a line, no line is continued by the next: nothing that two readers could read in two ways.
        case requests
        /// Whatever the cloud sends passes; what can't be understood passes until it closes.
        case replies
    }

    private let progress: FramingProgress
    private let strictness: Strictness
    private let headLimit: Int
    /// What has arrived and is not yet passed on.
    private var pending = ByteBuffer()
    private var scanned = 0
    private var remaining: Int?

    init(_ progress: FramingProgress, strictness: Strictness, headLimit: Int) {
        self.progress = progress
        self.strictness = strictness
        self.headLimit = headLimit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var incoming = unwrapInboundIn(data)
        if pending.readableBytes == 0 { pending = incoming } else { pending.writeBuffer(&incoming) }
        while let piece = nextPiece(context) { pass(piece, context) }
        if pending.readableBytes > 0 { context.fireUserInboundEventTriggered(MessageBegins()) }
    }

    /// A reply may end with the connection, even in the middle of what looked like a head.
    func channelInactive(context: ChannelHandlerContext) {
        if strictness == .replies, pending.readableBytes > 0 {
            context.fireUserInboundEventTriggered(MessageBytes(bytes: pending))
            pending = ByteBuffer()
        }
        context.fireChannelInactive()
    }

    /// The next bytes that surely belong to the present message; nil when more must arrive first.
    private func nextPiece(_ context: ChannelHandlerContext) -> ByteBuffer? {
        guard pending.readableBytes > 0 else { return nil }
        if progress.isAbandoned, strictness == .requests {
            pending = ByteBuffer()
            return nil
        }
        switch progress.isAbandoned ? .untilClose : progress.body {
        case nil: return nextHead(context)
        case .counted: return pending.readSlice(length: min(remaining ?? 0, pending.readableBytes))
        case .parsed: return nextLine()
        case .untilClose: return pending.readSlice(length: pending.readableBytes)
        }
    }

    private func nextLine() -> ByteBuffer? {
        let view = pending.readableBytesView
        let length = view.firstIndex(of: UInt8(ascii: "\n")).map { $0 - view.startIndex + 1 } ?? view.count
        return pending.readSlice(length: length)
    }

    private func nextHead(_ context: ChannelHandlerContext) -> ByteBuffer? {
        if scanned == 0, strictness == .requests { skipEmptyLines() }
        switch HeadScan.end(of: pending.readableBytesView, from: &scanned, strict: strictness == .requests) {
        case .success(let length?) where length <= headLimit:
            scanned = 0
            return pending.readSlice(length: length)
        case .success(nil) where pending.readableBytes <= headLimit:
            return nil
        case .success where strictness == .replies:
            progress.isAbandoned = true
            return nextPiece(context)
        case .success:
            refuse(.headTooLarge, context)
        case .failure(let violation):
            refuse(violation.rule, context)
        }
        return nil
    }

    /// Old clients send an empty line after a body; it belongs to no message (RFC 9112 §2.2).
    private func skipEmptyLines() {
        let blank = pending.readableBytesView.prefix { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }.count
        pending.moveReaderIndex(forwardBy: blank)
    }

    private func refuse(_ rule: FramingViolation.Rule, _ context: ChannelHandlerContext) {
        progress.isAbandoned = true
        pending = ByteBuffer()
        context.fireErrorCaught(FramingViolation(rule: rule))
    }

    private func pass(_ piece: ByteBuffer, _ context: ChannelHandlerContext) {
        let isHead = progress.body == nil
        if !progress.isAbandoned { context.fireChannelRead(wrapInboundOut(piece)) }
        if progress.isAbandoned, strictness == .requests { return }
        if isHead, case .counted(let length)? = progress.body {
            remaining = length
        } else if let left = remaining {
            remaining = left - piece.readableBytes
        }
        context.fireUserInboundEventTriggered(MessageBytes(bytes: piece))
        guard progress.isEnded, !progress.isAbandoned else { return }
        progress.isEnded = false
        progress.body = nil
        remaining = nil
        context.fireUserInboundEventTriggered(MessageEnd())
    }
}
