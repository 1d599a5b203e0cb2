import Archive
import Foundation
import Logging
import ServiceLifecycle
import Spool
import Synchronization
import SystemPackage

/// Keeps the archive up with the spool while the proxy runs, and the spool within its bounds.
///
/// Whatever fails here, the capture stands; it is tried again.
struct IngestService: Service, CustomStringConvertible {
    private let spool: SpoolDirectory
    private let settings: Settings
    private let forms: AnswerForms
    private let logger: Logger
    private let onKept: @Sendable () -> Void
    private let wake: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)
    private let state = State()
    var description: String { "IngestService" }

    private static let retryPause = Duration.seconds(30)
    private static let houseKeepingPause = Duration.seconds(3600)

    /// What the turns of the loop hand on. Used by one turn at a time; the lock costs nothing.
    private final class State: Sendable {
        let isStopping = Atomic(false)
        /// Exchanges that have settled since the start, for the difference between two looks.
        let settled = Atomic(0)
        let late = LateReplies()
        let turn = Mutex(Turn())
        struct Turn {
            var archive: ArchiveWriter?
            var failure: String?
            var lastHouseKeeping: ContinuousClock.Instant?
            /// Whether old requests without a reply have been looked for since then.
            var hasLookedForOld = false
            /// Whether the archive was found to be unusable since the start.
            var isDamaged = false
        }
    }

    /// - Parameter onKept: called when the archive may have new rows; it must return at once.
    init(_ spool: SpoolDirectory, settings: Settings, forms: AnswerForms, logger: Logger, onKept: @escaping @Sendable () -> Void = {}) {
        self.spool = spool
        self.settings = settings
        self.forms = forms
        self.logger = logger
        self.onKept = onKept
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        wake = (stream, continuation)
    }

    /// Says that an exchange has settled. Returns at once, so that the capture path may call it.
    func look() {
        state.settled.wrappingAdd(1, ordering: .relaxed)
        wake.continuation.yield()
    }

    /// Takes in what the cloud said later. Returns at once.
    func look(at reply: LateReply) {
        state.late.add(reply)
        wake.continuation.yield()
    }

    func run() async throws {
        let thread = try await BackgroundThread()
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { tasks in
                // proof: one task, the ticking; it is cancelled when the loop below ends, and a cancelled sleep ends it.
                tasks.addTask {
                    while (try? await Task.sleep(for: Self.retryPause)) != nil { wake.continuation.yield() }
                }
                wake.continuation.yield()
                var mayTryAgain = ContinuousClock.now
                for await _ in wake.stream where ContinuousClock.now >= mayTryAgain {
                    if await !turn(on: thread) { mayTryAgain = .now + Self.retryPause - .seconds(1) }
                }
                tasks.cancelAll()
            }
        } onGracefulShutdown: {
            state.isStopping.store(true, ordering: .relaxed)
            wake.continuation.finish()
        }
        try await thread.end()
    }
}

extension IngestService {
    /// Does all there is to do; false where something failed that is to be tried again after a pause. What fails is told once.
    private func turn(on thread: BackgroundThread) async -> Bool {
        var failure: (what: String, error: any Error)?
        var mayGoOn = true
        // Room comes first: on a disk that is full nothing can be archived. Where none can be made, that is tried all the same.
        do { try await makeRoom(on: thread) } catch {
            failure = ("room could not be made on the spool's disk", error)
            mayGoOn = false
        }
        do { try await settleOld(on: thread) } catch {
            failure = ("requests without a reply could not be noted as such", error)
            mayGoOn = false
        }
        do {
            if let unreadable = try await catchUp(on: thread) { failure = (Self.waiting, unreadable) }
        } catch {
            if (error as? ArchiveError)?.isUnusable == true { state.turn.withLock { $0.isDamaged = true } }
            failure = (Self.waiting, error)
            mayGoOn = false
        }
        if let failure {
            tell(failure.what, failure.error)
        } else if state.turn.withLock({ $0.failure.take() }) != nil {
            logger.notice("archiving goes on")
        }
        return mayGoOn
    }

    private static let waiting = "captures wait to be archived"

    /// - Returns: why an exchange can't be read, which holds up nothing else.
    private func catchUp(on thread: BackgroundThread) async throws -> SpoolError? {
        let archive = try await openArchive()
        let state = state
        let ingestor = Ingestor(spool: spool, archive: archive, inflatedLimit: settings.limits.inflated.bytes, forms: forms, logger: logger)
        let (count, unreadable) = try await thread.run {
            let taken = try ingestor.takeIn(
                settled: { state.settled.load(ordering: .relaxed) }, until: { state.isStopping.load(ordering: .relaxed) })
            try state.late.keep(in: archive)
            return taken
        }
        if count > 0 { onKept() }
        if count > Self.tellingCount { logger.info("caught up", metadata: ["exchanges": "\(count)"]) }
        return unreadable
    }

    /// From how many exchanges in one turn on it was a backlog.
    private static let tellingCount = 100

    private func openArchive() async throws -> ArchiveWriter {
        if let archive = state.turn.withLock({ $0.archive }) { return archive }
        let archive = try await ArchiveWriter.open(settings.archive.string, memory: .modest)
        state.turn.withLock { $0.archive = archive }
        StartMemory.giveBack()
        return archive
    }

    /// Whether nothing says that an archive will have to be made again from the spool.
    private func isArchiveUsable() async -> Bool {
        do { _ = try await openArchive() } catch {
            // Other failures, as of a full disk, are told when it is opened to be used.
            if (error as? ArchiveError)?.isUnusable == true { return false }
        }
        return state.turn.withLock { !$0.isDamaged }
    }

    /// Every hour, and whenever there is less room than is to be left; never while the archive can't be used.
    private func makeRoom(on thread: BackgroundThread) async throws {
        guard await isArchiveUsable() else { return }
        let (spool, wanted) = (spool, settings.leaveFree?.bytes)
        let lacksRoom = try await thread.run { try spool.lacksRoom(wanted) }
        let isDue = state.turn.withLock { turn in
            if !lacksRoom, let last = turn.lastHouseKeeping, .now - last < Self.houseKeepingPause { return false }
            turn.lastHouseKeeping = .now
            turn.hasLookedForOld = false
            return true
        }
        guard isDue else { return }
        let now = Int(Date().timeIntervalSince1970)
        let firstDay = settings.keepProcessed.map { Stem.day(of: now - $0.milliseconds / 1000) }
        let retention = Retention(firstDay: firstDay, liveDay: Stem.day(of: now - Self.liveSeconds), leaveFreeBytes: wanted)
        let removal = try await thread.run { try spool.apply(retention) }
        guard let first = removal.days.first, let last = removal.days.last else { return }
        logger.notice("removed old captures", metadata: ["first_day": "\(first)", "last_day": "\(last)", "files": "\(removal.files)"])
    }

    /// An Envoy that works has told something within these.
    private static let liveSeconds = 7 * 86_400

    /// Gives requests that will get no reply any more a note that says so: those that a crash cut off, and, when it has been made room, those
    /// whose reply could not be kept.
    private func settleOld(on thread: BackgroundThread) async throws {
        let spool = spool
        _ = try await thread.run { try spool.settleInterrupted() }
        guard !state.turn.withLock({ $0.hasLookedForOld }) else { return }
        let longest = (settings.limits.requestTime.milliseconds + settings.limits.replyTotalTime.milliseconds) / 1000 + Self.marginSeconds
        let forgotten = Int(Date().timeIntervalSince1970) - longest
        let settled = try await thread.run { try spool.settleForgotten(before: forgotten) }
        state.turn.withLock { $0.hasLookedForOld = true }
        guard settled > 0 else { return }
        logger.warning("requests are archived without their replies, which could not be kept", metadata: ["count": "\(settled)"])
    }

    /// Names tell the local time, of which an autumn night has an hour twice; and an exchange has more parts than its request and its reply.
    private static let marginSeconds = 9000

    private func tell(_ what: String, _ error: any Error) {
        let hint = (error as? ArchiveError)?.hint ?? (error as? SpoolError)?.hint
        let isNew = state.turn.withLock { turn in
            defer { turn.failure = "\(what): \(error)" }
            return turn.failure != "\(what): \(error)"
        }
        var facts: Logger.Metadata = ["reason": "\(error)"]
        facts["hint"] = hint.map { "\($0)" }
        logger.log(level: isNew ? .error : .debug, "\(what)", metadata: facts)
    }
}
