import NIOCore

/// One report and its reply on a connection of their own: the request leaves when the connection stands, and the
/// connection goes when the reply is whole.
final class EnvoyExchange: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: ByteBuffer
    private let expectedBody: [UInt8]
    private var reply = ByteBuffer()
    private var onEnd: ((Outcome) -> Void)?

    enum Outcome: Sendable { case answered, wrongReply(String), connectionFailed(String) }

    /// - Parameter onEnd: Hears of the outcome, once.
    init(_ request: ByteBuffer, expecting expectedBody: [UInt8], onEnd: @escaping (Outcome) -> Void) {
        self.request = request
        self.expectedBody = expectedBody
        self.onEnd = onEnd
    }

    func channelActive(context: ChannelHandlerContext) {
        // The TLS handler holds it until the handshake is over.
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        reply.writeBuffer(&part)
        guard let body = wholeBody() else { return }
        let isRight = reply.readableBytesView.starts(with: "HTTP/1.1 200".utf8) && body.elementsEqual(expectedBody)
        end(isRight ? .answered : .wrongReply(String(decoding: reply.readableBytesView.prefix(100), as: UTF8.self)))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { end(.connectionFailed("closed without a whole reply")) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // After the reply this is only a server that did not take leave by TLS's rules.
        end(.connectionFailed("\(error)"))
        context.close(promise: nil)
    }

    private func end(_ outcome: Outcome) {
        onEnd?(outcome)
        onEnd = nil
    }

    /// The body, once all that `Content-Length` says is there. The stub and all proxies keep to that.
    private func wholeBody() -> ArraySlice<UInt8>? {
        let bytes = Array(reply.readableBytesView)
        guard let headEnd = bytes.indices.first(where: { bytes[$0...].starts(with: "\r\n\r\n".utf8) }) else { return nil }
        let head = String(decoding: bytes[..<headEnd], as: UTF8.self)
        let length = head.split(whereSeparator: \.isNewline).compactMap { line -> Int? in
            let field = line.split(separator: ":", maxSplits: 1)
            guard field.count == 2, field[0].lowercased() == "content-length" else { return nil }
            return Int(field[1].drop(while: { $0 == " " }))
        }.first
        let body = bytes[(headEnd + 4)...]
        guard let length, body.count >= length else { return nil }
        return body
    }
}
