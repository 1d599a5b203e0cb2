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
    private let logger: Logger
    private let onKept: @Sendable () -> Void
    private let wake: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)
    private let state = State()
    var description: String { "IngestService" }

    private static let retryPause = Duration.seconds(30)
    private static let retentionPause = Duration.seconds(3600)

    /// What the turns of the loop hand on. Used by one turn at a time; the lock costs nothing.
    private final class State: Sendable {
        let isStopping = Atomic(false)
        let turn = Mutex(Turn())
        struct Turn {
            var archive: ArchiveWriter?
            var failure: String?
            var lastRetention: ContinuousClock.Instant?
        }
    }

    /// - Parameter onKept: called when the archive may have new rows; it must return at once.
    init(_ spool: SpoolDirectory, settings: Settings, logger: Logger, onKept: @escaping @Sendable () -> Void = {}) {
        self.spool = spool
        self.settings = settings
        self.logger = logger
        self.onKept = onKept
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        wake = (stream, continuation)
    }

    /// Says that an exchange has settled. Returns at once, so that the capture path may call it.
    func look() { wake.continuation.yield() }

    func run() async throws {
        let thread = try await BackgroundThread()
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    // Ends when it is cancelled.
                    while (try? await Task.sleep(for: Self.retryPause)) != nil { look() }
                }
                look()
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
    /// Does all there is to do; false where something failed, which is told once.
    private func turn(on thread: BackgroundThread) async -> Bool {
        do {
            let archive = try await openArchive()
            let (spool, state, logger) = (spool, state, logger)
            let ingestor = Ingestor(spool: spool, archive: archive, inflatedLimit: settings.limits.inflated.bytes, logger: logger)
            let count = try await thread.run { try ingestor.takeIn { state.isStopping.load(ordering: .relaxed) } }
            if count > 0 { onKept() }
            if count > Self.tellingCount { logger.info("caught up", metadata: ["exchanges": "\(count)"]) }
            try await keepWithinBounds(on: thread)
            if state.turn.withLock({ $0.failure.take() }) != nil { logger.notice("archiving goes on") }
            return true
        } catch {
            tell(error)
            return false
        }
    }

    /// From how many exchanges in one turn on it was a backlog.
    private static let tellingCount = 100

    private func openArchive() async throws -> ArchiveWriter {
        if let archive = state.turn.withLock({ $0.archive }) { return archive }
        let archive = try await ArchiveWriter.open(settings.archive.string, memory: .modest)
        state.turn.withLock { $0.archive = archive }
        return archive
    }

    private func keepWithinBounds(on thread: BackgroundThread) async throws {
        let now = ContinuousClock.now
        let isDue = state.turn.withLock { turn in
            if let last = turn.lastRetention, now - last < Self.retentionPause { return false }
            turn.lastRetention = now
            return true
        }
        guard isDue, settings.keepProcessed != nil || settings.leaveFree != nil else { return }
        let firstDay = settings.keepProcessed.map { kept in
            Stem.day(of: Int(Date().timeIntervalSince1970) - kept.milliseconds / 1000)
        }
        let retention = Retention(firstDay: firstDay, leaveFreeBytes: settings.leaveFree?.bytes)
        let spool = spool
        let removal = try await thread.run { try spool.apply(retention) }
        guard let first = removal.days.first, let last = removal.days.last else { return }
        logger.notice("removed old captures", metadata: ["first_day": "\(first)", "last_day": "\(last)", "files": "\(removal.files)"])
    }

    private func tell(_ error: any Error) {
        let hint = (error as? ArchiveError)?.hint ?? (error as? SpoolError)?.hint
        let isNew = state.turn.withLock { turn in
            defer { turn.failure = "\(error)" }
            return turn.failure != "\(error)"
        }
        var facts: Logger.Metadata = ["reason": "\(error)"]
        facts["hint"] = hint.map { "\($0)" }
        logger.log(level: isNew ? .error : .debug, "captures wait to be archived", metadata: facts)
    }
}
