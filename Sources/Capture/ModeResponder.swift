import NIOCore
import Spool

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Each request is answered as the mode of the moment says.
struct ModeResponder: Responder {
    private let mode: CloudMode
    private let forward: CloudResponder
    private let shield: AnswerResponder
    /// While the cloud is away: what can't be answered here goes to it as ever, so that the Envoy is cut off from nothing when it is back.
    private let standIn: AnswerResponder
    private let answer: AnswerResponder
    private let upstream: Upstream
    private let judge: CloudJudge

    init(_ configuration: CaptureConfiguration, spool: SpoolDirectory) throws {
        mode = configuration.cloud
        upstream = configuration.upstream
        let judge = CloudJudge(configuration)
        self.judge = judge
        forward = CloudResponder(
            connector: try UpstreamConnector(
                upstream: configuration.upstream, authorities: configuration.upstreamAuthorities, limits: configuration.limits),
            upstream: configuration.upstream)
        func responder(_ cloud: CloudResponder?, answersUnread: Bool = false, leavesRest: Bool = false) -> AnswerResponder {
            AnswerResponder(
                make: configuration.answer, spool: spool, cloud: cloud, judge: judge, answersUnread: answersUnread, leavesRest: leavesRest)
        }
        shield = responder(forward, answersUnread: true)
        standIn = responder(forward, leavesRest: true)
        answer = responder(nil)
    }

    func answer(_ request: ArrivedRequest, through outlet: inout ReplyOutlet, on eventLoop: any EventLoop) async {
        let moment = mode.meet(at: time(nil))
        guard moment.cloud != .off else { return await outlet.fail(.off) }
        guard !isForAnotherHost(request) else {
            switch moment.rules.otherHosts {
            case .forward: return await forward.answer(request, through: &outlet, on: eventLoop)
            case .block: return await outlet.fail(.blocked)
            }
        }
        switch moment.cloud {
        // Asked all the same: the first report that it takes ends the outage.
        case .forward where moment.standsIn(at: time(nil)):
            await standIn.answer(request, through: &outlet, on: eventLoop)
        case .forward: await forward.answer(request, through: &outlet, on: eventLoop)
        case .shield: await shield.answer(request, through: &outlet, on: eventLoop)
        case .answer, .off: await answer.answer(request, through: &outlet, on: eventLoop)
        }
        guard judge.isReport(request.head.target) else { return }
        let isTaken = await judge.took(&outlet, on: eventLoop)
        mode.note(outlet.ending, isTaken: isTaken, at: time(nil))
    }

    /// Whether the device was going somewhere else than to the cloud that takes reports.
    private func isForAnotherHost(_ request: ArrivedRequest) -> Bool {
        guard request.peer.original != nil else { return false }
        // Over TLS a request without a name goes nowhere, for want of a name that the certificate must bear.
        guard let host = request.head.host else { return request.peer.isPlain }
        return ![upstream.host.lowercased(), Upstream.reportsHost].contains(host.lowercased())
    }
}
