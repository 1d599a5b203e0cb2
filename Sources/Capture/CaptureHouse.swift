import Logging
import NIOCore
import Spool

/// What all conversations share, and where they report to.
struct CaptureHouse: Sendable {
    let spool: SpoolDirectory
    let responder: any Responder
    let counters: CaptureCounters
    let forwardsWithoutKeeping: Bool
    let logger: Logger
    /// Hears of each exchange whose request and reply are both in the spool; must not block.
    let onSettled: @Sendable () -> Void
    let stems = StemSeries()
    private let repeated = RepeatedEvents()

    init(
        spool: SpoolDirectory, responder: any Responder, counters: CaptureCounters, forwardsWithoutKeeping: Bool, logger: Logger,
        onSettled: @escaping @Sendable () -> Void
    ) {
        self.spool = spool
        self.responder = responder
        self.counters = counters
        self.forwardsWithoutKeeping = forwardsWithoutKeeping
        self.logger = logger
        self.onSettled = onSettled
    }

    func report(_ refusal: Refusal, from peer: Peer) {
        counters.count(refusal)
        say("connection refused", .warning, about: refusal.name, address: peer.name, ["reason": "\(refusal)", "hint": "\(refusal.hint)"])
    }

    func reportStranger(_ address: SocketAddress) {
        counters.count { $0.strangers += 1 }
        say(
            "connection from an address that may not connect", .warning, about: "stranger", address: address.ipAddress ?? "unknown",
            ["hint": "if it is your Envoy, name it with --envoy"])
    }

    func reportUnaccepted(_ error: any Error) {
        say(
            "a connection could not be accepted", .error, about: "unaccepted", address: "",
            [
                "reason": "\(error)",
                "hint": "it is tried again; where too many files are open, let the program have more of them, or lower limits.connections",
            ])
    }

    /// Makes a request durable. The future has nil where that failed and the owner wants nothing forwarded that is not kept.
    func keep(_ draft: Draft, on eventLoop: any EventLoop) -> EventLoopFuture<KeptRequest?> {
        let promise = eventLoop.makePromise(of: KeptRequest?.self)
        spool.enqueue(draft, isAwaited: true) { result in
            switch result {
            case .success(let stored):
                counters.countCapture(bytes: stored.count)
                promise.succeed(KeptRequest(bytes: .stored(stored), reply: spool.draft(.response, of: draft.stem)))
            case .failure(let error):
                report(error, exchange: draft.stem)
                guard forwardsWithoutKeeping, let held = draft.heldBytes else { return promise.succeed(nil) }
                counters.count { $0.requestsNotCaptured += 1 }
                promise.succeed(KeptRequest(bytes: .held(held), reply: nil))
            }
        }
        return promise.futureResult
    }

    func report(_ error: SpoolError, exchange: Stem) {
        counters.count { $0.spoolFailures += 1 }
        say(
            "could not keep a report", .error, about: "spool.\(error.operation.rawValue)", address: "",
            ["exchange": "\(exchange)", "reason": "\(error)", "hint": "\(error.hint)"])
    }

    /// Files the reply, counts the exchange, and writes its one line into the log.
    func settle(_ outlet: ReplyOutlet, of request: ArrivedRequest, exchange: Stem, took duration: Duration) async {
        var facts: Logger.Metadata = [
            "exchange": "\(exchange)", "envoy": "\(request.peer.name)", "request_bytes": "\(request.count)",
            "reply_bytes": "\(outlet.count)", "milliseconds": "\(duration / .milliseconds(1))",
        ]
        if outlet.isAnswered {
            facts["answered_here"] = "true"
            counters.count { $0.answersGiven += 1 }
        }
        switch outlet.ending {
        case .failed(.notAsked): logger.info("answered in the cloud's place", metadata: facts)
        case .failed(.blocked): logger.info("captured; nothing goes to other hosts", metadata: facts)
        case .whole(let status, _):
            facts["status"] = "\(status.map(String.init) ?? "none")"
            if outlet.isEnvoyGone { facts["envoy_hung_up"] = "true" }
            counters.countReply(bytes: outlet.count)
            logger.info("forwarded", metadata: facts)
        case .failed(let failure):
            facts["reason"] = "\(failure)"
            counters.count(failure)
            logger.log(level: failure == .off ? .info : .warning, "captured, but the cloud did not answer", metadata: facts)
            // It is noted as undelivered.
            if outlet.isAnswered, failure.isDoubtful {
                logger.warning(
                    "the cloud may hear of a report twice: its reply did not come whole",
                    metadata: ["exchange": "\(exchange)", "reason": "\(failure)"])
            }
        case .pending:
            logger.error("an exchange ended without an outcome", metadata: facts)
        }
        let (counters, logger, onSettled) = (counters, logger, onSettled)
        await outlet.settle(spool) { result in
            switch result {
            case .success: onSettled()
            case .failure(let error):
                counters.count { $0.spoolFailures += 1 }
                logger.error(
                    "could not keep a reply", metadata: ["exchange": "\(exchange)", "reason": "\(error)", "hint": "\(error.hint)"])
            }
        }
    }

    /// Tells of what was only counted: where its hour is over, or of all at the end.
    func tellRepeated(atEnd: Bool = false) {
        for sum in repeated.sums(at: .now(), atEnd: atEnd) { tell(sum) }
    }

    private func tell(_ sum: RepeatedEvents.Sum) {
        var facts = sum.event.facts
        facts["also"] = "\(sum.count) times in the hour before"
        logger.log(level: sum.event.level, sum.event.message, metadata: facts)
    }

    private func say(
        _ message: Logger.Message, _ level: Logger.Level, about name: String, address: String, _ facts: Logger.Metadata
    ) {
        var facts = facts
        if !address.isEmpty { facts["address"] = "\(address)" }
        let event = RepeatedEvents.Event(message: message, level: level, facts: facts)
        switch repeated.verdict(on: .init(name: name, address: address), event, at: .now()) {
        case .say: logger.log(level: level, message, metadata: facts)
        case .sum(let count): tell(RepeatedEvents.Sum(event: event, count: count))
        case .passOver: logger.debug(message, metadata: facts)
        }
    }
}
