import Archive
import Logging
import Spool
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Takes settled exchanges from the spool into the archive, in order, and then out of the spool's root. Blocking.
///
/// An exchange leaves the root only after the archive has it. What a crash interrupts is done again: the archive knows
/// what it has, and so does the folder of the processed ones.
struct Ingestor: Sendable {
    let spool: SpoolDirectory
    let archive: ArchiveWriter
    /// How large a body may become when it is inflated, bytes.
    let inflatedLimit: Int
    /// Learns from the cloud's replies.
    let forms: AnswerForms
    let logger: Logger

    /// Exchanges that share a transaction and their flushes: few enough to take little memory, and to lose no time for a capture that waits.
    private static let batchCount = 4
    private static let batchBytes = 256 << 10
    /// A reply that is larger is none to a report; only its beginning is looked at.
    private static let replyLimit = 1 << 20

    /// For each second of work while captures come, seconds of rest: their flushes share the disk with ours.
    private static let restShare = 2
    private static let longestRest = Duration.seconds(1)

    /// Takes in all that is there; ends early when `isStopping` says so.
    ///
    /// - Parameter settled: how many exchanges have settled so far; while more do, this rests between batches.
    /// - Returns: how many exchanges were taken in, and why one could not be read, which holds up no other.
    /// - Throws: ``SpoolError`` or ``ArchiveError``; what was not taken in is still in the root.
    func takeIn(settled: @Sendable () -> Int, until isStopping: @Sendable () -> Bool) throws -> (count: Int, unreadable: SpoolError?) {
        var count = 0
        var unreadable: [Stem: SpoolError] = [:]
        while true {
            var rest = try spool.settled().filter { unreadable[$0.stem] == nil }[...]
            let failure = unreadable.min { $0.key.description < $1.key.description }?.value
            if rest.isEmpty { return (count, failure) }
            while !rest.isEmpty {
                if isStopping() { return (count, failure) }
                let (batch, began, before) = (rest, ContinuousClock.now, settled())
                do { count += try takeInBatch(&rest) } catch  where Self.concernsOne(error) {
                    for exchange in batch[..<rest.startIndex] {
                        do { count += try takeInAlone(exchange) } catch let error as SpoolError where Self.concernsOne(error) {
                            unreadable[exchange.stem] = error
                        }
                    }
                }
                if settled() != before { Self.rest(after: .now - began) }
            }
        }
    }

    private static func rest(after work: Duration) {
        let time = min(work * restShare, longestRest).components
        usleep(useconds_t(time.seconds * 1_000_000 + time.attoseconds / 1_000_000_000_000))
    }

    /// Whether a failure may lie in a single exchange, and not in the disk, the archive, or another program.
    private static func concernsOne(_ error: any Error) -> Bool {
        switch error {
        case let error as SpoolError: error.operation == .read
        case let error as ArchiveError: error.concernsOneReport
        default: false
        }
    }

    /// Takes in one exchange; what the archive refuses for reasons of its own goes where undecodable ones go.
    private func takeInAlone(_ exchange: SettledExchange) throws -> Int {
        var rest = [exchange][...]
        do { return try takeInBatch(&rest) } catch let error as ArchiveError where Self.concernsOne(error) {
            try spool.reject(exchange, reason: "\(error)")
            logger.error("captured, but the archive refuses it", metadata: ["exchange": "\(exchange.stem)", "reason": "\(error)"])
            return 1
        }
    }

    private func takeInBatch(_ rest: inout ArraySlice<SettledExchange>) throws -> Int {
        var archived: [(exchange: SettledExchange, arrival: Arrival, xml: [UInt8])] = []
        var others: [SettledExchange] = []
        var rejected: [(exchange: SettledExchange, reason: String)] = []
        var bytes = 0
        while let exchange = rest.first, archived.count + others.count + rejected.count < Self.batchCount, bytes < Self.batchBytes {
            rest.removeFirst()
            switch try understand(exchange) {
            case .report(let arrival, let xml):
                archived.append((exchange, arrival, xml))
                bytes += xml.count
            case .other: others.append(exchange)
            case .undecodable(let reason): rejected.append((exchange, reason))
            }
        }
        let kept = try archive.keepBlocking(archived.map(\.arrival))
        try spool.file(archived.map { ($0.exchange, $0.xml) } + others.map { ($0, nil) })
        for (exchange, reason) in rejected { try spool.reject(exchange, reason: reason) }
        for (entry, kept) in zip(archived, kept) { tell(entry.exchange, entry.arrival, kept) }
        for (exchange, reason) in rejected {
            logger.warning("captured, but not understood", metadata: ["exchange": "\(exchange.stem)", "reason": "\(reason)"])
        }
        return archived.count + others.count + rejected.count
    }

    private func understand(_ exchange: SettledExchange) throws -> UnderstoodExchange {
        let reply = try spool.bytes(.response, of: exchange, limit: Self.replyLimit)
        let understood = UnderstoodExchange(
            exchange.stem, request: try spool.bytes(.request, of: exchange, limit: .max), reply: reply,
            isReplyWhole: !exchange.files.contains(.incomplete), inflatedLimit: inflatedLimit)
        if case .report(let arrival, _) = understood, let envoy = arrival.report.envoy, !exchange.files.contains(.answer) {
            // A reply that this Envoy never got is no form that it is known to accept.
            learn(from: reply, of: envoy.serialNumber, exchange.stem)
            // The reply has been decoded for that already: once more only where there is something to tell.
            if arrival.findings.contains(where: { $0.kind == .unknownValue }) { tellRefusal(reply, exchange.stem) }
        }
        return understood
    }

    /// The Envoy heard the same, and keeps what it reported.
    private func tellRefusal(_ reply: [UInt8], _ stem: Stem) {
        guard case .refused(let word) = CloudVerdict(reply) else { return }
        logger.warning("the cloud's reply takes no report", metadata: ["exchange": "\(stem)", "status": "\(word.visible)"])
    }

    private func learn(from reply: [UInt8], of serial: String, _ stem: Stem) {
        do {
            guard try forms.learn(from: reply, of: serial, in: stem) else { return }
            logger.info(
                "answers made here for this Envoy have the form of this reply", metadata: ["exchange": "\(stem)", "serial": "\(serial)"])
        } catch { logger.warning("the form of a reply could not be kept", metadata: ["exchange": "\(stem)", "reason": "\(error)"]) }
    }

    private func tell(_ exchange: SettledExchange, _ arrival: Arrival, _ kept: Kept) {
        logger.debug(
            "archived",
            metadata: ["exchange": "\(exchange.stem)", "rows_new": "\(kept.new.total)", "rows_known": "\(kept.known.total)"])
        guard !arrival.findings.isEmpty else { return }
        logger.debug(
            "unknown things in a report or its reply",
            metadata: ["exchange": "\(exchange.stem)", "first": "\(arrival.findings[0])", "count": "\(arrival.findings.count)"])
    }
}
