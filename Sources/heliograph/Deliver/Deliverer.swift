import Capture
import Foundation
import Reports
import Spool

/// Delivers reports that were answered here and that the cloud has not taken, one after another, in order of arrival.
struct Deliverer: Sendable {
    /// What came of one report.
    enum Outcome: Sendable, Equatable {
        case taken
        /// Put aside with the cloud's reply.
        case refused(String)
        /// It waits on, and so does the rest: the cloud takes nothing now.
        case notNow(String)
        /// It waits on; the cloud fails at it, and may take another.
        case failed(String)
        /// Somebody else has delivered or removed it.
        case gone
    }

    /// What came of all.
    struct Tally: Sendable, Equatable {
        var delivered = 0
        var refused = 0
        /// Those that the cloud fails at.
        var failed: [Stem] = []
        /// Why it ended before all were through; nil where none is left.
        var reason: String?
    }

    /// So many refusals or failures one after another mean that it is not the reports that are wrong.
    private static let mostInARow = 3
    let undelivered: Undelivered
    let cloud: CloudDelivery
    let pause: Duration
    /// Of a reply after inflating, bytes.
    let inflatedLimit: Int

    /// - Parameters:
    ///   - except: those to leave out.
    ///   - isOver: asked before each report.
    ///   - tell: hears of each.
    func deliverAll(except: Set<Stem> = [], until isOver: @Sendable () -> Bool, tell: (Stem, Outcome) -> Void) async throws -> Tally {
        var tally = Tally()
        var inARow = 0
        let undelivered = undelivered
        for stem in try await offSwiftThreads({ try undelivered.waiting() }) where !except.contains(stem) {
            if isOver() {
                tally.reason = "stopped"
                return tally
            }
            let outcome = try await deliver(stem)
            tell(stem, outcome)
            switch outcome {
            case .taken: (tally.delivered, inARow) = (tally.delivered + 1, 0)
            case .refused(let reason), .failed(let reason):
                if case .failed = outcome { tally.failed.append(stem) } else { tally.refused += 1 }
                inARow += 1
                guard inARow < Self.mostInARow else {
                    tally.reason = "the cloud refuses one after another: \(reason)"
                    return tally
                }
            case .notNow(let reason):
                tally.reason = reason
                return tally
            case .gone: continue
            }
            try await rest(until: isOver)
        }
        if !tally.failed.isEmpty { tally.reason = "it fails at \(Wording.counted(tally.failed.count, "report")), which wait on" }
        return tally
    }

    private func deliver(_ stem: Stem) async throws -> Outcome {
        let undelivered = undelivered
        let request: [UInt8]
        do { request = try await offSwiftThreads { try undelivered.begin(stem, limit: .max) } } catch let error as SpoolError
            where error.cause == .noSuchFileOrDirectory
        { return .gone }
        let reply: CloudDelivery.Reply
        do throws(UpstreamFailure) { reply = try await cloud.send(request) } catch {
            try await offSwiftThreads { try undelivered.putBack(stem) }
            return .notNow("\(error)")
        }
        let outcome = judge(reply)
        try await offSwiftThreads {
            switch outcome {
            case .taken, .gone: try undelivered.settle(stem, reply: reply.bytes)
            case .refused: try undelivered.refuse(stem, reply: reply.bytes)
            case .notNow, .failed: try undelivered.putBack(stem)
            }
        }
        return outcome
    }

    /// What the cloud's reply means: its HTTP status, and where that is fine, the status in its XML as far as there is one.
    private func judge(_ reply: CloudDelivery.Reply) -> Outcome {
        guard let status = reply.status else { return .notNow("what it says is no HTTP") }
        switch status {
        case 200..<300:
            guard let said = try? Reply.decode(xml: ReportBody(decoding: CapturedReply(reply.bytes).body, limitBytes: inflatedLimit).xml).value.status,
                said != "success"
            else { return .taken }
            return .refused("its reply says \(said)")
        // Busy, or not there (RFC 9110 §15).
        case 408, 425, 429, 502...504: return .notNow("it answers \(status)")
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
        inflatedLimit = settings.limits.inflated.bytes
    }
}
