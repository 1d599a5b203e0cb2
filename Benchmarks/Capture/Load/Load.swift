import NIOCore
import NIOPosix
import NIOSSL

/// So many Envoys at once, each sending one report after another, each report over a new TLS connection. Lives on one
/// event loop.
final class Load {
    private let plan: LoadPlan
    private let eventLoop: any EventLoop
    private let finished: EventLoopPromise<LoadResult>
    private let start = NIODeadline.now()
    private var result = LoadResult()
    private var sent = 0
    private var open = 0

    /// How long one report may take.
    private static let patience = TimeAmount.seconds(30)

    private init(_ plan: LoadPlan, on eventLoop: any EventLoop) {
        self.plan = plan
        self.eventLoop = eventLoop
        finished = eventLoop.makePromise()
    }

    /// Carries out a plan and returns what came of it.
    static func run(_ plan: LoadPlan, on group: any EventLoopGroup) async throws -> LoadResult {
        let eventLoop = group.next()
        return try await eventLoop.flatSubmit {
            let load = Load(plan, on: eventLoop)
            for _ in 0..<plan.connections { load.sendNext() }
            return load.finished.futureResult
        }.get()
    }

    private var isOver: Bool {
        switch plan.extent {
        case .time: NIODeadline.now() >= start + plan.duration
        case .reports(let count): sent >= count
        }
    }

    private func sendNext() {
        guard !isOver else {
            if open == 0 { finish() }
            return
        }
        let request = plan.requests[sent % plan.requests.count]
        sent += 1
        open += 1
        let began = NIODeadline.now()
        let load = NIOLoopBound(self, eventLoop: eventLoop)
        let (tls, expectedReply) = (plan.tls, plan.expectedReply)
        ClientBootstrap(group: eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        // No SNI: these devices are too old for it.
                        try NIOSSLClientHandler(context: tls, serverHostname: nil),
                        EnvoyExchange(request, expecting: expectedReply) { load.value.note($0, began) },
                    ])
                }
            }
            .connect(to: plan.address)
            .whenFailure { load.value.note(.connectionFailed("\($0)"), began) }
    }

    private func note(_ outcome: EnvoyExchange.Outcome, _ began: NIODeadline) {
        let now = NIODeadline.now()
        open -= 1
        switch outcome {
        case .answered:
            result.answered += 1
            if plan.isMeasured(now - start) { result.latenciesMilliseconds.append(Double((now - began).nanoseconds) / 1e6) }
        case .wrongReply(let reply):
            result.wrongReplies += 1
            result.firstFailure = result.firstFailure ?? reply
        case .connectionFailed(let reason):
            result.connectionsFailed += 1
            result.firstFailure = result.firstFailure ?? reason
        }
        plan.onProgress?(sent)
        // From the loop's top, so that a target that is gone can't deepen the stack.
        let load = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { load.value.sendNext() }
    }

    private func finish() {
        result.seconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
        if case .time(_, let measured) = plan.extent {
            result.measuredSeconds = Double(measured.nanoseconds) / 1e9
        } else {
            result.measuredSeconds = result.seconds
        }
        finished.succeed(result)
    }
}
