import Archive
import Foundation
import Logging

/// Carries rows from the archive to one publisher, in the order of their arrival, and remembers in the archive how far it came.
///
/// Whatever happens at the other side, rows wait in the archive, where they are anyway: an outage costs delay, not memory or data.
struct PublishingLoop: Sendable {
    let name: String
    let publisher: any Publisher
    let beginning: PublishingTarget.Beginning
    let archive: ArchiveWriter
    let board: PublisherBoard
    let pace: PublishingPace
    let logger: Logger

    /// Until it is cancelled, or `wakes` ends.
    func run(wakes: AsyncStream<Void>) async {
        var backoff = Backoff(shortest: pace.shortestPause, longest: pace.longestPause)
        for await _ in wakes {
            var hasMore = true
            while hasMore, !Task.isCancelled {
                do {
                    hasMore = try await step()
                    backoff.succeed()
                    recover()
                } catch {
                    guard !Task.isCancelled else { break }
                    let pause = backoff.fail(wish: tell(error), random: Double.random(in: 0...1))
                    // Cancelled: the loop's condition sees it.
                    try? await Task.sleep(for: pause)
                }
            }
        }
    }

    /// Tends the publisher, and passes one batch on.
    ///
    /// - Returns: whether there may be more.
    func step() async throws -> Bool {
        // First of all: a row that arrives from here on is one to pass on, whatever a publisher sees of it when it is tended.
        let cursor = try await place()
        try await publisher.tend()
        try await passAlertsOn()
        let rows = try await archive.reader.rows(after: cursor, limit: publisher.batchLimit)
        let newest = try await archive.reader.lastSeq()
        board.change { $0.rowsBehind = max(0, newest - cursor) }
        guard !rows.isEmpty else { return false }
        var delivery = Delivery()
        do { try await delivery.deliver(rows[...], to: publisher) } catch {
            // Cancelled in the middle: what the other side took is remembered all the same.
            if !Task.isCancelled { try await settle(delivery, newest: newest) }
            throw error
        }
        try await settle(delivery, newest: newest)
        return rows.count == publisher.batchLimit
    }

    /// Passes alerts on, from those on that come after the first time.
    private func passAlertsOn() async throws {
        guard publisher.takesAlerts else { return }
        guard let cursor = try await archive.reader.alertCursor(name) else {
            return try await archive.moveAlertCursor(name, to: archive.reader.lastAlertChange())
        }
        let changes = try await archive.reader.alertChanges(after: cursor)
        guard let last = changes.last else { return }
        do { try await publisher.publish(alerts: changes) } catch {
            if case .retry = PublishError(error) { throw error }
            let reason = PublishError(error).reason
            logger.error("alerts are refused and passed over", metadata: ["publisher": "\(name)", "reason": "\(reason)"])
        }
        try await archive.moveAlertCursor(name, to: last.number)
    }

    private func settle(_ delivery: Delivery, newest: Int) async throws {
        guard let seq = delivery.lastSeq else { return }
        try await archive.moveCursor(name, to: seq)
        board.change { report in
            report.rowsSent += delivery.taken
            report.rowsRefused += delivery.refusedCount
            report.rowsBehind = max(0, newest - seq)
            report.lastSentTimestamp = Int(Date().timeIntervalSince1970)
        }
        guard let first = delivery.refused.first, let last = delivery.refused.last else { return }
        // Ten years may be too old: that is one message, and no error.
        let isKnown = board.report.lastRefusal == first.reason
        board.change { $0.lastRefusal = last.reason }
        logger.log(
            level: !first.isExpected ? .error : isKnown ? .debug : .warning, "rows are refused and passed over",
            metadata: ["publisher": "\(name)", "rows": "\(delivery.refusedCount)", "reason": "\(first.reason)", "seq": "\(first.seq)"])
    }

    /// The last row that was passed on.
    private func place() async throws -> Int {
        if let seq = try await archive.reader.cursors()[name] { return seq }
        let seq =
            switch beginning {
            case .firstRow: 0
            case .nextRow: try await archive.reader.lastSeq()
            }
        try await archive.moveCursor(name, to: seq)
        return seq
    }

    /// Tells of a failure, the same one once.
    ///
    /// - Returns: how long the other side asked to be left alone.
    private func tell(_ error: any Error) -> Duration? {
        let failure = PublishError(error)
        let known = board.report
        board.change { report in
            report.lastError = failure.reason
            report.lastErrorTimestamp = Int(Date().timeIntervalSince1970)
            report.isFailing = true
        }
        let isNew = !known.isFailing || known.lastError != failure.reason
        logger.log(
            level: isNew ? .warning : .debug, "publishing waits",
            metadata: ["publisher": "\(name)", "reason": "\(failure.reason)", "target": "\(known.target)"])
        guard case .retry(_, let wish) = failure else { return nil }
        return wish
    }

    private func recover() {
        guard board.report.isFailing else { return }
        board.change { $0.isFailing = false }
        logger.notice("publishing goes on", metadata: ["publisher": "\(name)"])
    }
}

/// How often a loop looks and how long it waits after failures.
public struct PublishingPace: Sendable {
    /// How often to look for rows that nobody told of.
    public var period = Duration.seconds(30)
    /// After the first failure.
    public var shortestPause = Duration.seconds(1)
    /// After many.
    public var longestPause = Duration.seconds(300)

    public init() {}
}
