import NIOCore
import NIOHTTP1

/// The cloud answers: it gets the request's own bytes, and its reply passes as it comes. The connection to it is opened
/// while the disk takes the request.
struct CloudResponder: Responder {
    let connector: UpstreamConnector
    let upstream: Upstream

    func answer(_ request: ArrivedRequest, through outlet: inout ReplyOutlet, on eventLoop: any EventLoop) async {
        do throws(UpstreamFailure) {
            let destination = try Destination.of(
                original: request.peer.original, host: request.head.host, isPlain: request.peer.isPlain, upstream: upstream
            ).get()
            let channel = try await connector.connect(to: destination, for: request.head.parsed, on: eventLoop)
            var passed = outlet
            do {
                try await channel.executeThenClose { events, cloud in
                    await relay(request, events, cloud, through: &passed)
                }
            } catch {
                // Closing failed; what there was to say of the exchange is in the outlet already.
            }
            outlet = passed
        } catch { await outlet.fail(error) }
    }

    private func relay(
        _ request: ArrivedRequest, _ events: NIOAsyncChannelInboundStream<UpstreamEvent>,
        _ cloud: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>, through outlet: inout ReplyOutlet
    ) async {
        var events = events.makeAsyncIterator()
        do {
            guard case .ready = try await Self.next(&events) else { return await outlet.fail(.handshakeFailed("it hung up")) }
            // The cloud hears nothing of the request before this.
            guard let bytes = await outlet.open() else { return }
            // Cancelled when the reply ends: what is left of the request is of no use then.
            async let _: Void = Self.send(request, bytes, to: cloud)
            while true {
                switch try await Self.next(&events) {
                case .ready: break
                case .bytes(let bytes): await outlet.send(bytes)
                case .end(let summary): return outlet.end(summary)
                case .failed(let failure): throw failure
                }
            }
        } catch {
            await outlet.fail(error as? UpstreamFailure ?? .stopped)
        }
    }

    private static func next(
        _ events: inout NIOAsyncChannelInboundStream<UpstreamEvent>.AsyncIterator
    ) async throws -> UpstreamEvent {
        let event = try await events.next()
        if case .failed(let failure)? = event { throw failure }
        // A stream that ends without a last word was cancelled.
        guard let event else { throw UpstreamFailure.stopped }
        return event
    }

    /// An error is passed over: a cloud that has heard enough answers early and closes, and its answer counts. Where there is none, the reply's side says so.
    private static func send(
        _ request: ArrivedRequest, _ bytes: RequestBytes, to cloud: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async {
        do {
            var sent = 0
            while sent < request.count {
                let chunk = try await bytes.chunk(from: sent)
                guard !chunk.isEmpty else { return }
                try await cloud.write(.body(.byteBuffer(ByteBuffer(bytes: chunk))))
                sent += chunk.count
            }
        } catch {}
    }
}
