import NIOCore
import Synchronization

/// Has the cloud hear of one Envoy's reports in their order, though the Envoy, which is answered here, does not wait for the cloud
/// with its next.
final class CloudTurns: Sendable {
    /// How long a report waits for the one before it: a cloud that hangs in one must not hold up all.
    private static let patience = TimeAmount.seconds(5)

    /// The last report of each Envoy that is on its way.
    private let last = Mutex<[String: EventLoopFuture<Void>]>([:])

    /// One report's turn. It is to be taken before the Envoy hears its answer, and to be ended in any case.
    struct Turn {
        fileprivate let envoy: String
        fileprivate let before: EventLoopFuture<Void>?
        fileprivate let end: EventLoopPromise<Void>

        /// Waits until the report before it has been delivered, or has not for too long.
        func begin() async {
            guard let before else { return }
            let isDue = end.futureResult.eventLoop.makePromise(of: Void.self)
            let limit = isDue.futureResult.eventLoop.scheduleTask(in: CloudTurns.patience) { isDue.succeed() }
            before.whenComplete { _ in isDue.succeed() }
            // It never fails.
            try? await isDue.futureResult.get()
            limit.cancel()
        }
    }

    func take(for peer: Peer, on eventLoop: any EventLoop) -> Turn {
        let envoy = peer.name
        let end = eventLoop.makePromise(of: Void.self)
        let before = last.withLock { last in
            defer { last[envoy] = end.futureResult }
            return last[envoy]
        }
        return Turn(envoy: envoy, before: before, end: end)
    }

    func end(_ turn: Turn) {
        last.withLock { last in
            if last[turn.envoy] === turn.end.futureResult { last[turn.envoy] = nil }
        }
        turn.end.succeed()
    }
}
