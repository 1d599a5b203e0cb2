import NIOCore
import NIOTLS

/// Tells when TLS is agreed on, or why it is not.
final class HandshakeWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let agreed: EventLoopPromise<Void>

    /// - Parameter agreed: kept at the latest when the connection ends.
    init(_ agreed: EventLoopPromise<Void>) {
        self.agreed = agreed
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event { agreed.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        agreed.fail(error)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        agreed.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        agreed.fail(ChannelError.eof)
    }
}
