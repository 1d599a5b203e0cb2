import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends captured requests to the cloud later on, each over a connection of its own, as the Envoy would have.
public struct CloudDelivery: Sendable {
    /// What the cloud said.
    public struct Reply: Sendable, Equatable {
        /// The HTTP status; nil where what came is no HTTP.
        public var status: Int?
        /// Head and body as they came out of TLS.
        public var bytes: [UInt8]
    }

    private static let replyLimit = 4 << 20
    private static let pieceBytes = 64 << 10
    private let connector: UpstreamConnector
    private let upstream: Upstream

    /// - Throws: What NIOSSL says of a file of authorities that is missing or holds no certificate.
    public init(to upstream: Upstream, authorities: String?, limits: CaptureLimits) throws {
        var limits = limits
        limits.reply = min(limits.reply, Self.replyLimit)
        self.upstream = upstream
        connector = try UpstreamConnector(upstream: upstream, authorities: authorities, limits: limits)
    }

    /// Sends one, and waits for the whole reply. Where it throws, the cloud may have the request or not.
    public func send(_ request: [UInt8]) async throws(UpstreamFailure) -> Reply {
        do {
            let destination = try Destination.of(original: nil, host: nil, isPlain: false, upstream: upstream).get()
            // Of the head the reply's parser learns the method alone; what goes out are the request's own bytes.
            let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let channel = try await connector.connect(to: destination, for: head, on: loop)
            return try await channel.executeThenClose { events, cloud in try await Self.exchange(request, events, cloud) }
        } catch { throw error as? UpstreamFailure ?? .stopped }
    }

    /// In pieces, so that a slow line shows how it goes on.
    private static func send(_ request: [UInt8], to cloud: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>) async throws {
        for start in stride(from: 0, to: request.count, by: Self.pieceBytes) {
            let piece = request[start..<min(start + Self.pieceBytes, request.count)]
            try await cloud.write(.body(.byteBuffer(ByteBuffer(bytes: piece))))
        }
    }

    private static func exchange(
        _ request: [UInt8], _ events: NIOAsyncChannelInboundStream<UpstreamEvent>,
        _ cloud: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async throws -> Reply {
        var events = events.makeAsyncIterator()
        // What fails comes as an event; the cloud hears nothing of the request before it has proved who it is.
        if case .failed(let failure)? = try await events.next() { throw failure }
        // An error is passed over: a cloud that has heard enough answers early. Where it has no answer, the reply's side says so. Cancelled
        // when the reply ends.
        async let _: Void? = try? send(request, to: cloud)
        var reply = Reply(bytes: [])
        while let event = try await events.next() {
            switch event {
            case .ready: break
            case .bytes(let bytes): reply.bytes += bytes.readableBytesView
            case .failed(let failure): throw failure
            case .end(let summary):
                reply.status = summary.status
                return reply
            }
        }
        throw UpstreamFailure.stopped
    }
}
