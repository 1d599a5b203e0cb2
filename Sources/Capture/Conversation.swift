import Logging
import NIOCore
import ServiceLifecycle
import Spool

typealias EnvoyChannel = NIOAsyncChannel<RequestPart, ReplyPart>

/// One connection from an Envoy, from its first request to its end. The order within an exchange is the promise:
/// the request is collected whole, made durable, and only then answered.
struct Conversation {
    let channel: EnvoyChannel
    let peer: Peer
    let house: CaptureHouse

    func run() async {
        let envoy = channel.channel
        await withGracefulShutdownHandler {
            do {
                try await channel.executeThenClose { inbound, outbound in
                    var parts = inbound.makeAsyncIterator()
                    while let request = try await nextRequest(&parts, outbound) {
                        guard await answer(request, outbound) else { return }
                    }
                    // After a refusal the connection stays until the other side has read it, or the time is up.
                    while try await parts.next() != nil {}
                }
            } catch {
                house.logger.debug("connection ended", metadata: ["envoy": "\(peer.name)", "reason": "\(error)"])
            }
        } onGracefulShutdown: {
            envoy.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    /// Collects one request; nil where the connection has no more to bring.
    private func nextRequest(
        _ parts: inout NIOAsyncChannelInboundStream<RequestPart>.AsyncIterator, _ envoy: NIOAsyncChannelOutboundWriter<ReplyPart>
    ) async throws -> (head: RequestHead, draft: Draft)? {
        var head: RequestHead?
        var draft: Draft?
        do {
            while let part = try await parts.next() {
                switch part {
                case .head(let arrived):
                    head = arrived
                    // Named by the time of its arrival, not by when the connection began to wait for it.
                    draft = house.spool.draft(.request, of: house.stems.next())
                case .bytes(let bytes): try await draft?.append(bytes.readableBytesView)
                case .end:
                    guard let head, let draft else { break }
                    return (head, draft)
                case .refused(let refusal):
                    await draft?.discard()
                    await refuse(refusal, envoy)
                    return nil
                }
            }
        } catch let error as SpoolError {
            await draft?.discard()
            if let draft { house.report(error, exchange: draft.stem) }
            await send(OwnReply.diskFailed, envoy)
            // The rest of it is still on its way. Where the client is gone there is nobody to tell.
            try? await envoy.write(.refused)
            return nil
        } catch {
            await draft?.discard()
            throw error
        }
        await draft?.discard()
        return nil
    }

    /// True where the connection may bring another request.
    private func answer(_ arrived: (head: RequestHead, draft: Draft), _ envoy: NIOAsyncChannelOutboundWriter<ReplyPart>) async -> Bool {
        let began = ContinuousClock.now
        let eventLoop = channel.channel.eventLoop
        let request = ArrivedRequest(head: arrived.head, peer: peer, count: arrived.draft.count)
        var outlet = ReplyOutlet(to: envoy, after: house.keep(arrived.draft, on: eventLoop))
        await house.responder.answer(request, through: &outlet, on: eventLoop)
        guard !outlet.isLocked else {
            await send(OwnReply.diskFailed, envoy)
            return false
        }
        let goesOn = arrived.head.keepsAlive ? await outlet.close() : false
        await house.settle(outlet, of: request, exchange: arrived.draft.stem, took: ContinuousClock.now - began)
        return goesOn
    }

    private func refuse(_ refusal: Refusal, _ envoy: NIOAsyncChannelOutboundWriter<ReplyPart>) async {
        house.report(refusal, from: peer)
        guard let status = refusal.status else { return }
        await send(OwnReply.status(status, "\(refusal)", retryAfter: refusal == .tooManyConnections ? 60 : nil), envoy)
    }

    private func send(_ reply: ByteBuffer, _ envoy: NIOAsyncChannelOutboundWriter<ReplyPart>) async {
        // The client may be gone already; there is nobody else to tell.
        try? await envoy.write(.bytes(reply))
    }
}
