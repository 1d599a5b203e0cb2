import NIOCore

/// Tells of connections that can't be accepted: too many files are open, say. NIO, whose handler comes next, waits a second and tries again
/// without a word.
final class AcceptTrouble: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let report: @Sendable (any Error) -> Void

    private init(_ report: @escaping @Sendable (any Error) -> Void) { self.report = report }

    /// - Parameter report: Hears of each failure, on the listener's event loop; must not block.
    static func watch(_ listener: any Channel, _ report: @escaping @Sendable (any Error) -> Void) async throws {
        try await listener.eventLoop.submit {
            let pipeline = listener.pipeline.syncOperations
            try pipeline.addHandler(AcceptTrouble(report), position: .before(pipeline.handler(type: AcceptBackoffHandler.self)))
        }.get()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        report(error)
        context.fireErrorCaught(error)
    }
}
