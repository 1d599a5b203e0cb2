import Logging
import NIOPosix
import Reports
import ServiceLifecycle
import Spool
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Writes the XML beside each captured report, on a thread of its own that gives way to the capture path.
/// Whatever fails here, the capture stands.
struct ReportExtraction: Service, CustomStringConvertible {
    private let spool: SpoolDirectory
    private let inflatedLimit: Int
    private let logger: Logger
    private let arrivals: Arrivals
    var description: String { "ReportExtraction" }

    /// Exchanges to look at, as the capture path tells of them. Past the capacity nothing is kept but the fact, and the
    /// spool is searched again.
    private final class Arrivals: Sendable {
        static let capacity = 4096
        let stems: AsyncStream<Stem>
        let continuation: AsyncStream<Stem>.Continuation
        let hasMissed = Atomic(false)

        init() { (stems, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.capacity)) }
    }

    /// - Parameter inflatedLimit: How large a report may become when it is inflated, bytes.
    init(_ spool: SpoolDirectory, inflatedLimit: Int, logger: Logger) {
        self.spool = spool
        self.inflatedLimit = inflatedLimit
        self.logger = logger
        arrivals = Arrivals()
    }

    /// Returns at once, so that the capture path may call it.
    func look(at stem: Stem) {
        if case .dropped = arrivals.continuation.yield(stem) { arrivals.hasMissed.store(true, ordering: .relaxed) }
    }

    func run() async throws {
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        // In Linux a priority belongs to a thread, and 0 is the calling one (setpriority(2)); where it can't be lowered, decoding competes as an equal.
        try await thread.runIfActive { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10) }
        await withGracefulShutdownHandler {
            await catchUp(on: thread)
            for await stem in arrivals.stems {
                await extract(stem, on: thread)
                if arrivals.hasMissed.exchange(false, ordering: .relaxed) { await catchUp(on: thread) }
            }
        } onGracefulShutdown: {
            arrivals.continuation.finish()
        }
        try await thread.shutdownGracefully()
    }

    /// Looks at every request that has no XML: after a crash, or when more came at once than could be remembered.
    private func catchUp(on thread: NIOThreadPool) async {
        do throws(SpoolError) {
            for (stem, files) in try await spool.requests() where !files.contains(.xml) {
                if Task.isShuttingDownGracefully || Task.isCancelled { return }
                await extract(stem, on: thread)
            }
        } catch { logger.error("could not search the spool", metadata: ["reason": "\(error)", "hint": "\(error.hint)"]) }
    }

    private func extract(_ stem: Stem, on thread: NIOThreadPool) async {
        do {
            let bytes = try await spool.read(.request, of: stem, limit: Int.max)
            let limit = inflatedLimit
            let xml = try await thread.runIfActive { () throws -> [UInt8]? in
                let request = try CapturedRequest(bytes)
                guard request.path == .performanceReport else { return nil }
                return try ReportBody(decoding: request.body, limitBytes: limit).xml
            }
            guard let xml else { return }
            var draft = spool.draft(.xml, of: stem)
            try await draft.append(xml)
            _ = try await spool.commit(draft)
        } catch let error as SpoolError where error.cause == .fileExists {
            // Looked at twice; the first time it was written.
        } catch {
            logger.warning(
                "captured, but not understood", metadata: ["exchange": "\(stem)", "reason": "\(error)"])
        }
    }
}
