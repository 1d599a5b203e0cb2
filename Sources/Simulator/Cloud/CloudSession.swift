import Foundation
import NIOCore
import NIOHTTP1

/// One connection to the simulated cloud: takes requests, answers as the ledger's behaviour says.
///
/// A handler and no task, since most of what it imitates (delay, half a reply, silence) is a matter of the event loop,
/// and since it lives exactly as long as its connection.
final class CloudSession: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let ledger: CloudLedger
    private let tap: RawTap
    private var body = ByteBuffer()
    private var close = true

    init(ledger: CloudLedger, tap: RawTap) {
        self.ledger = ledger
        self.tap = tap
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            close = !head.isKeepAlive
            body.clear()
            if head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }) {
                write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), context: context)
            }
        case .body(var part):
            body.writeBuffer(&part)
        case .end:
            ledger.record(ReceivedRequest(bytes: tap.take(), isComplete: true))
            answer(Array(body.readableBytesView), close: close, context: context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        recordRest()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        recordRest()
        context.close(promise: nil)
    }

    private func recordRest() {
        let rest = tap.take()
        if !rest.isEmpty { ledger.record(ReceivedRequest(bytes: rest, isComplete: false)) }
    }

    private func answer(_ body: [UInt8], close: Bool, context: ChannelHandlerContext) {
        switch ledger.behaviour {
        case .normal, .down, .dropping, .refusingHandshake:
            send(normalReply(to: body, close: close), close: close, context: context)
        case .slow(let delay):
            let reply = normalReply(to: body, close: close)
            let amount = TimeAmount.nanoseconds(Int64(max(0, min(delay / .nanoseconds(1), 1e15))))
            context.eventLoop.assumeIsolated().scheduleTask(in: amount) {
                guard context.channel.isActive else { return }
                self.send(reply, close: close, context: context)
            }
        case .hang:
            break
        case .closeMidReply:
            let reply = normalReply(to: body, close: close)
            send(Array(reply.prefix(reply.count / 2)), close: true, context: context)
        case .status(let status):
            send(CloudReply.message(status: status, body: [], at: Date(), close: close), close: close, context: context)
        case .failingAt(let piece, let status):
            let reply =
                body.contains(piece)
                ? CloudReply.message(status: status, body: [], at: Date(), close: close) : normalReply(to: body, close: close)
            send(reply, close: close, context: context)
        case .reply(let bytes):
            send(bytes, close: true, context: context)
        case .endless:
            write(CloudReply.endlessHead(at: Date()), context: context)
            writeForEver(ByteBuffer(repeating: 0x78, count: 16 << 10), context: context)
        case .junk:
            send((0..<512).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 1) }, close: true, context: context)
        }
    }

    private func normalReply(to body: [UInt8], close: Bool) -> [UInt8] {
        do {
            return try CloudReply.success(to: body, at: Date(), close: close)
        } catch {
            return CloudReply.message(status: 500, body: [], at: Date(), close: close)
        }
    }

    private func send(_ bytes: [UInt8], close: Bool, context: ChannelHandlerContext) {
        write(bytes, context: context)
        if close { context.close(promise: nil) }
    }

    private func write(_ bytes: [UInt8], context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    /// The next part goes out when the one before has reached the socket; a failed write, so a hang-up, ends it.
    private func writeForEver(_ part: ByteBuffer, context: ChannelHandlerContext) {
        let eventLoop = context.eventLoop.assumeIsolated()
        context.writeAndFlush(wrapOutboundOut(part)).assumeIsolated().whenSuccess {
            // By way of the loop: a write that succeeds at once would call this from within itself, deeper each time.
            eventLoop.execute { self.writeForEver(part, context: context) }
        }
    }
}
