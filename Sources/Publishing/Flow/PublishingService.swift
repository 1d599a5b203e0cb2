import Archive
import Logging
import ServiceLifecycle

/// Where facts are published to, and how.
public struct PublishingTarget: Sendable {
    /// Where one that has never published begins.
    public enum Beginning: Sendable {
        /// With all that is in the archive.
        case firstRow
        /// With what comes next.
        case nextRow
    }

    /// Its name, for people and for its cursor in the archive.
    public var name: String
    /// Where it publishes to, without secrets.
    public var address: String
    public var beginning: Beginning
    /// Makes its publisher, which may ask the archive, and may call the second argument to be tended soon.
    public var publisher: @Sendable (ArchiveReader, @escaping @Sendable () -> Void) throws -> any Publisher

    /// Makes one for a trial or a back-fill beside the service, which must not take leave for the service; nil where that is the same.
    public var trial: (@Sendable (ArchiveReader) throws -> any Publisher)?
    /// Whether rows can be published again with their own times.
    public var keepsTimes = true

    public init(
        name: String, address: String, beginning: Beginning,
        publisher: @escaping @Sendable (ArchiveReader, @escaping @Sendable () -> Void) throws -> any Publisher
    ) {
        self.name = name
        self.address = address
        self.beginning = beginning
        self.publisher = publisher
    }
}

/// Publishes to all targets, each by a loop of its own, while the program runs. Nothing here can hinder capturing or archiving.
public struct PublishingService: Service, CustomStringConvertible {
    private struct Line: Sendable {
        var target: PublishingTarget
        var board: PublisherBoard
        var wakes: AsyncStream<Void>
        var wake: AsyncStream<Void>.Continuation
    }

    private let lines: [Line]
    private let archivePath: String
    private let pace: PublishingPace
    private let logger: Logger
    public var description: String { "PublishingService" }

    /// - Parameter archive: the archive's file; it is made if it is not there.
    public init(_ targets: [PublishingTarget], archive: String, pace: PublishingPace = PublishingPace(), logger: Logger) {
        lines = targets.map { target in
            // One wake that waits is as good as many.
            let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            let board = PublisherBoard(PublisherReport(name: target.name, target: target.address))
            return Line(target: target, board: board, wakes: wakes, wake: wake)
        }
        archivePath = archive
        self.pace = pace
        self.logger = logger
    }

    /// Says that the archive has new rows. Returns at once.
    public func look() { for line in lines { line.wake.yield() } }

    /// How each publisher is, in the order of the targets.
    public var reports: [PublisherReport] { lines.map(\.board.report) }

    public func run() async {
        await cancelWhenGracefulShutdown {
            guard let archive = await openArchive() else { return }
            await withTaskGroup(of: Void.self) { tasks in
                for line in lines {
                    // proof: one task a target of the settings, and each ends when it is cancelled below.
                    tasks.addTask { await run(line, archive) }
                }
                // Ends when it is cancelled.
                while (try? await Task.sleep(for: pace.period)) != nil { look() }
                tasks.cancelAll()
            }
            // At the end of the program all that was written is flushed already.
            try? await archive.close()
        }
    }

    private func run(_ line: Line, _ archive: ArchiveWriter) async {
        do {
            let publisher = try line.target.publisher(archive.reader) { line.wake.yield() }
            let loop = PublishingLoop(
                name: line.target.name, publisher: publisher, beginning: line.target.beginning, archive: archive,
                board: line.board, pace: pace, logger: logger)
            line.wake.yield()
            await loop.run(wakes: line.wakes)
            await publisher.close()
        } catch {
            let reason = PublishError(error).reason
            line.board.change { ($0.isFailing, $0.lastError) = (true, reason) }
            logger.error("can't publish", metadata: ["publisher": "\(line.target.name)", "reason": "\(reason)"])
        }
    }

    /// nil when it is cancelled before the archive could be opened.
    private func openArchive() async -> ArchiveWriter? {
        var backoff = Backoff(shortest: pace.shortestPause, longest: pace.longestPause)
        while !Task.isCancelled {
            do { return try await ArchiveWriter.openBeside(archivePath) } catch {
                // At the very first start there is none yet: who keeps the reports is making it.
                let isMissing = (error as? ArchiveError)?.cause == .missing
                logger.log(level: isMissing ? .debug : .warning, "publishing waits for the archive", metadata: ["reason": "\(error)"])
                // Cancelled: the loop's condition sees it.
                try? await Task.sleep(for: backoff.fail(wish: nil, random: 0))
            }
        }
        return nil
    }
}
