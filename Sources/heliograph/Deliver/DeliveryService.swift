import Capture
import Foundation
import Logging
import ServiceLifecycle
import Spool
import Synchronization

/// Delivers later what was answered here, as soon as the cloud takes it.
///
/// Whatever fails here, the reports wait; it is tried again after a rest.
struct DeliveryService: Service, CustomStringConvertible {
    let deliverer: Deliverer
    let mode: CloudMode
    let logger: Logger
    /// Hears of replies that hold what is not known; must not block.
    let onUnknown: @Sendable (LateReply) -> Void
    private let memory = Memory()
    private static let failedRest = Duration.seconds(3_600)
    var description: String { "DeliveryService" }

    private final class Memory: Sendable {
        let isStopping = Atomic(false)
        /// When to try again: the cloud took nothing the last time.
        let restsUntil = Mutex<ContinuousClock.Instant?>(nil)
        /// Those that the cloud failed at, and when to try them again: they must not hold up the others.
        let failed = Mutex<[Stem: ContinuousClock.Instant]>([:])
    }

    init(_ deliverer: Deliverer, _ mode: CloudMode, _ logger: Logger, onUnknown: @escaping @Sendable (LateReply) -> Void) {
        (self.deliverer, self.mode, self.logger, self.onUnknown) = (deliverer, mode, logger, onUnknown)
    }

    func run() async {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { tasks in
                // proof: one task, the ticking; it is cancelled when the loop below ends, and a cancelled sleep ends it.
                tasks.addTask { while (try? await Task.sleep(for: wait)) != nil { wake.yield() } }
                for await _ in wakes { await round() }
                tasks.cancelAll()
            }
        } onGracefulShutdown: {
            memory.isStopping.store(true, ordering: .relaxed)
            wake.finish()
        }
    }

    /// How long until it looks again; ten times that after the cloud took nothing.
    private var wait: Duration { min(max(deliverer.pause * 15, .seconds(1)), .seconds(60)) }

    private var isTime: Bool {
        let moment = mode.value
        return moment.rules.deliversLater && moment.cloud.reachesOut && !memory.isStopping.load(ordering: .relaxed)
    }

    private func round() async {
        guard isTime, memory.restsUntil.withLock({ $0.map { $0 <= .now } ?? true }) else { return }
        do {
            let (undelivered, except) = (deliverer.undelivered, resting())
            let count = try await offSwiftThreads { try undelivered.waiting().count { !except.contains($0) } }
            guard count > 0 else { return }
            let claim = try await offSwiftThreads { try Undelivered.Claim(undelivered) }
            claim.warn(logger)
            logger.notice("delivering what was answered here", metadata: ["reports": "\(count)"])
            let tally = try await deliverer.deliverAll(except: except, until: { !isTime }) { stem, outcome in tell(stem, outcome) }
            withExtendedLifetime(claim) {}
            memory.failed.withLock { failed in for stem in tally.failed { failed[stem] = .now + Self.failedRest } }
            var facts: Logger.Metadata = ["delivered": "\(tally.delivered)", "refused": "\(tally.refused)"]
            guard let reason = tally.reason else { return logger.notice("all is delivered", metadata: facts) }
            memory.restsUntil.withLock { $0 = tally.isRest ? .now + wait * 10 : nil }
            facts["reason"] = "\(reason)"
            logger.notice("delivering waits", metadata: facts)
        } catch let error as SpoolError where error.operation == .lock && error.cause == .resourceTemporarilyUnavailable {
            logger.debug("somebody else delivers")
        } catch { logger.error("delivering failed; it is tried again", metadata: ["reason": "\(error)"]) }
    }

    private func resting() -> Set<Stem> {
        memory.failed.withLock { failed in
            failed = failed.filter { $0.value > .now }
            return Set(failed.keys)
        }
    }

    private func tell(_ stem: Stem, _ outcome: Deliverer.Outcome) {
        switch outcome {
        case .taken(let unknown):
            let now = Int(Date().timeIntervalSince1970)
            mode.note(isTaken: true, at: now)
            logger.info("delivered", metadata: ["exchange": "\(stem)"])
            guard let first = unknown.first else { return }
            logger.notice(
                "the cloud's reply holds what is not known",
                metadata: ["exchange": "\(stem)", "first": "\(first)", "count": "\(unknown.count)"])
            onUnknown(LateReply(stem: stem, findings: unknown, timestamp: now))
        case .refused(let reason):
            logger.error(
                "the cloud refuses a report; it is put aside with its reply", metadata: ["exchange": "\(stem)", "reason": "\(reason)"])
        case .failed(let reason):
            logger.warning("the cloud fails at a report, which waits on", metadata: ["exchange": "\(stem)", "reason": "\(reason)"])
        case .unreadable(let reason):
            logger.error("a report that waits to be delivered can't be read", metadata: ["exchange": "\(stem)", "reason": "\(reason)"])
        case .notNow(let reason, isDoubtful: true):
            logger.warning(
                "the cloud may hear of a report twice: its reply did not come whole",
                metadata: ["exchange": "\(stem)", "reason": "\(reason)"])
        case .notNow, .gone: break
        }
    }
}

extension Undelivered.Claim {
    /// Says which reports the cloud may hear of twice.
    func warn(_ logger: Logger) {
        for stem in interrupted {
            logger.warning(
                "the cloud may hear of a report twice: it was being delivered when heliograph was stopped",
                metadata: ["exchange": "\(stem)"])
        }
    }
}
