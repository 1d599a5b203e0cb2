import Capture
import Foundation
import Reports
import Spool

/// Delivers reports that were answered here and that the cloud has not taken, one after another, in order of arrival.
struct Deliverer: Sendable {
    /// What came of one report.
    enum Outcome: Sendable, Equatable {
        /// What its reply holds besides is not known.
        case taken(unknown: [Finding])
        /// Put aside with the cloud's reply.
        case refused(String)
        /// It waits on, and so does the rest: the cloud takes nothing now. `isDoubtful`: it may have this one all the same.
        case notNow(String, isDoubtful: Bool)
        /// It waits on; the cloud fails at it, and may take another.
        case failed(String)
        /// It waits on: its file can't be read.
        case unreadable(String)
        /// Somebody else has delivered or removed it.
        case gone
    }

    /// What came of all.
    struct Tally: Sendable, Equatable {
        var delivered = 0
        var refused = 0
        /// Those that the cloud fails at, and those that can't be read.
        var failed: [Stem] = []
        /// Why it ended before all were through; nil where none is left.
        var reason: String?
        /// Whether the cloud takes nothing for now.
        var isRest = false
    }

    /// So many refusals or failures one after another mean that it is not the reports that are wrong: they wait on.
    private static let mostInARow = 3
    let undelivered: Undelivered
    let cloud: CloudDelivery
    let pause: Duration

    /// - Parameters:
    ///   - except: those to leave out.
    ///   - isOver: asked before each report.
    ///   - tell: hears of each.
    func deliverAll(except: Set<Stem> = [], until isOver: @Sendable () -> Bool, tell: (Stem, Outcome) -> Void) async throws -> Tally {
        var tally = Tally()
        var inARow = 0
        // To be put aside once it is clear that the cloud does take others.
        var refused: [(stem: Stem, reason: String, reply: [UInt8])] = []
        func putAside() async throws {
            for one in refused {
                try await offSwiftThreads { try undelivered.refuse(one.stem, reply: one.reply) }
                tally.refused += 1
                tell(one.stem, .refused(one.reason))
            }
            refused = []
        }
        let undelivered = undelivered
        var queue = try await offSwiftThreads { try undelivered.waiting().filter { !except.contains($0) } }[...]
        while let stem = queue.popFirst() {
            if isOver() {
                tally.reason = "stopped"
                return tally
            }
            let (outcome, reply) = try await deliver(stem)
            if case .refused(let reason) = outcome { refused.append((stem, reason, reply)) } else { tell(stem, outcome) }
            switch outcome {
            case .taken:
                (tally.delivered, inARow) = (tally.delivered + 1, 0)
                try await putAside()
            case .refused(let reason), .failed(let reason):
                if case .failed = outcome { tally.failed.append(stem) }
                inARow += 1
                if inARow == Self.mostInARow, let newest = queue.popLast() {
                    // Whether the cloud takes nothing, or it is these that are wrong: the newest tells.
                    queue = [newest] + queue
                } else if inARow >= Self.mostInARow {
                    (tally.reason, tally.isRest) = ("the cloud refuses one after another: \(reason)", true)
                    return tally
                }
            case .notNow(let reason, _):
                (tally.reason, tally.isRest) = (reason, true)
                return tally
            case .unreadable:
                tally.failed.append(stem)
                continue
            case .gone: continue
            }
            try await rest(until: isOver)
        }
        guard tally.delivered > 0 || refused.isEmpty else {
            // Whether the cloud takes others is not known: it may be a page in its place that says no to everything.
            for one in refused { tell(one.stem, .failed(one.reason)) }
            tally.failed += refused.map(\.stem)
            (tally.reason, tally.isRest) = ("the cloud takes nothing: \(refused[0].reason)", true)
            return tally
        }
        try await putAside()
        if !tally.failed.isEmpty {
            tally.reason = "\(Wording.counted(tally.failed.count, "report")) it fails at, or can't be read: they wait on"
        }
        return tally
    }

    private func deliver(_ stem: Stem) async throws -> (Outcome, reply: [UInt8]) {
        let undelivered = undelivered
        let request: [UInt8]
        do { request = try await offSwiftThreads { try undelivered.begin(stem, limit: .max) } } catch let error as SpoolError
            where error.operation == .read
        {
            return (error.cause == .noSuchFileOrDirectory ? .gone : .unreadable("\(error)"), [])
        }
        let reply: CloudDelivery.Reply
        do throws(UpstreamFailure) { reply = try await cloud.send(request) } catch {
            try await offSwiftThreads { try undelivered.putBack(stem) }
            return (.notNow("\(error)", isDoubtful: error.isDoubtful), [])
        }
        let outcome = judge(reply)
        try await offSwiftThreads {
            switch outcome {
            case .taken, .gone: try undelivered.settle(stem, reply: reply.bytes)
            case .refused, .notNow, .failed, .unreadable: try undelivered.putBack(stem)
            }
        }
        return (outcome, reply.bytes)
    }

    /// What the cloud's reply means: its HTTP status, and where that is fine, the status in its XML.
    private func judge(_ reply: CloudDelivery.Reply) -> Outcome {
        guard let status = reply.status else { return .notNow("what it says is no HTTP", isDoubtful: true) }
        switch status {
        case 200..<300:
            switch CloudVerdict(reply.bytes) {
            case .taken: return .taken(unknown: ReplyFindings.findings(in: reply.bytes))
            case .refused(let word): return .refused("its reply says \(word)")
            case .none: return .failed("it answers \(status), but not as the cloud answers a report")
            }
        // Busy, or not there (RFC 9110 §15).
        case 408, 425, 429, 502...504: return .notNow("it answers \(status)", isDoubtful: false)
        case 500...: return .failed("it answers \(status)")
        default: return .refused("it answers \(status)")
        }
    }

    private func rest(until isOver: @Sendable () -> Bool) async throws {
        let end = ContinuousClock.now + pause
        while ContinuousClock.now < end, !isOver() { try await Task.sleep(for: min(end - .now, .seconds(1))) }
    }
}

extension Deliverer {
    /// - Throws: `Failure` where the cloud's authorities can't be read.
    init(_ settings: Settings) throws {
        do {
            cloud = try CloudDelivery(
                to: Capture.Upstream(host: settings.upstream.host, port: settings.upstream.port), authorities: settings.upstreamCA?.string,
                limits: CaptureLimits(settings))
        } catch { throw Failure(authorities: settings.upstreamCA, error) }
        undelivered = Undelivered(spool: settings.spool)
        pause = settings.deliverPause.duration
    }
}
