import NIOCore

/// Answers the first bytes of a client with the fatal TLS alert `handshake_failure` (40) and hangs up.
final class HandshakeRefusal: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let alert: [UInt8] = [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x28]
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: alert))).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }
}
