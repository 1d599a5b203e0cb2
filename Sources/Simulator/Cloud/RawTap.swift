import NIOCore

/// Keeps a copy of the bytes that pass on their way to the HTTP decoder.
final class RawTap: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var kept = ByteBuffer()
    private let limit: Int

    /// - Parameter limit: bytes kept at most; who sends more is cut off.
    init(limit: Int) {
        self.limit = limit
    }

    /// All bytes since the last call.
    func take() -> [UInt8] {
        defer { kept.clear() }
        return Array(kept.readableBytesView)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        kept.writeImmutableBuffer(unwrapInboundIn(data))
        guard kept.readableBytes <= limit else { return context.close(promise: nil) }
        context.fireChannelRead(data)
    }
}
