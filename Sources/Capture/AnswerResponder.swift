import NIOCore
import NIOPosix
import Spool

/// The Envoy is answered here, once its request is safe, and so are the answer and the note that the cloud has yet to hear of it: from then
/// on the Envoy may forget the report.
struct AnswerResponder: Responder {
    let make: @Sendable (_ request: [UInt8], _ answersUnread: Bool) throws -> [UInt8]
    let spool: SpoolDirectory
    /// Who hears of the request all the same, and whose reply is kept; nil where nothing leaves the machine.
    let cloud: CloudResponder?
    let judge: CloudJudge
    /// Whether a report that can't be read is answered all the same.
    let answersUnread: Bool
    /// Whether the cloud answers what no answer can be made to here; else that hears 503, and goes nowhere.
    let leavesRest: Bool
    let turns = CloudTurns()

    func answer(_ request: ArrivedRequest, through outlet: inout ReplyOutlet, on eventLoop: any EventLoop) async {
        guard let bytes = await outlet.open() else { return }
        guard let exchange = outlet.exchange else { return await give(up: "the request could not be kept", request, &outlet, eventLoop) }
        let reply: [UInt8]
        do {
            reply = try await answer(to: bytes, on: eventLoop)
            try await keep(reply, of: exchange)
            try await onThread(eventLoop) { [spool] in try spool.undelivered.add(exchange) }
        } catch { return await give(up: "\(error)", request, &outlet, eventLoop) }
        let turn = turns.take(for: request.peer, on: eventLoop)
        defer { turns.end(turn) }
        await outlet.answer(ByteBuffer(bytes: reply))
        guard let cloud else { return await outlet.fail(.notAsked) }
        await turn.begin()
        await cloud.answer(request, through: &outlet, on: eventLoop)
        guard await judge.took(&outlet, on: eventLoop) else { return }
        // Where it fails, the cloud hears of the report twice at worst.
        try? await onThread(eventLoop) { [spool] in try spool.undelivered.remove(exchange) }
    }

    private func give(up reason: String, _ request: ArrivedRequest, _ outlet: inout ReplyOutlet, _ eventLoop: any EventLoop) async {
        guard leavesRest, let cloud else { return await outlet.fail(.unanswerable(reason)) }
        await cloud.answer(request, through: &outlet, on: eventLoop)
    }

    /// Not on the event loop, where a large report would hold up others; and read there only, so that no more of them are in memory than
    /// there are threads.
    private func answer(to request: RequestBytes, on eventLoop: any EventLoop) async throws -> [UInt8] {
        try await onThread(eventLoop) { [make, answersUnread] in try make(try request.all(), answersUnread) }
    }

    private func onThread<Value: Sendable>(_ eventLoop: any EventLoop, _ work: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        try await NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop, work).get()
    }

    private func keep(_ reply: [UInt8], of exchange: Stem) async throws {
        var draft = spool.draft(.answer, of: exchange)
        try await draft.append(reply)
        _ = try await spool.commit(draft)
    }
}
