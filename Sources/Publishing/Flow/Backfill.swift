import Archive

/// Publishes rows again that were there before, beside the service or without it. Cursors stay where they are.
public struct Backfill: Sendable {
    public struct Result: Equatable, Sendable {
        public var sent = 0
        public var refused = 0
        /// Why the first of those that were refused was.
        public var refusal: String?

        public init() {}
    }

    private let target: PublishingTarget
    private let archive: ArchiveReader
    private let pace: PublishingPace
    private static let patience = 6

    public init(_ target: PublishingTarget, _ archive: ArchiveReader, pace: PublishingPace = PublishingPace()) {
        self.target = target
        self.archive = archive
        self.pace = pace
    }

    /// - Parameters:
    ///   - timestamps: seconds since 1970 UTC; of intervals the end counts.
    ///   - envoy: rows of this Envoy only; nil for all.
    ///   - progress: told how far it came, rows of the archive looked at of how many; returns whether to go on.
    /// - Throws: `PublishError` when the other side takes nothing after some attempts, `ArchiveError`.
    public func run(
        _ timestamps: Range<Int>, envoy: String? = nil, progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) async throws -> Result {
        let publisher = try target.trial?(archive) ?? target.publisher(archive, {})
        do {
            let result = try await send(timestamps, envoy, to: publisher, progress)
            await publisher.close()
            return result
        } catch {
            await publisher.close()
            throw error
        }
    }

    private func send(
        _ timestamps: Range<Int>, _ envoy: String?, to publisher: any Publisher, _ progress: (Int, Int) -> Bool
    ) async throws -> Result {
        var result = Result()
        let last = try await archive.lastSeq()
        var seq = 0
        while seq < last, progress(seq, last) {
            let rows = try await archive.rows(after: seq, limit: publisher.batchLimit)
            guard let newest = rows.last?.seq else { break }
            let wanted = rows.filter { timestamps.contains($0.timestamp) && (envoy == nil || $0.envoy == envoy) }
            try await send(wanted[...], to: publisher, &result)
            seq = newest
        }
        _ = progress(seq, last)
        return result
    }

    private func send(_ rows: ArraySlice<PublishedRow>, to publisher: any Publisher, _ result: inout Result) async throws {
        var backoff = Backoff(shortest: pace.shortestPause, longest: pace.longestPause)
        var rest = rows
        var attempts = 0
        while !rest.isEmpty {
            var delivery = Delivery()
            do { try await delivery.deliver(rest, to: publisher) } catch let error as PublishError {
                attempts += 1
                guard attempts < Self.patience, case .retry(_, let wish) = error else { throw error }
                try await Task.sleep(for: backoff.fail(wish: wish, random: 0))
            }
            result.sent += delivery.taken
            result.refused += delivery.refusedCount
            if result.refusal == nil { result.refusal = delivery.refused.first?.reason }
            guard let done = delivery.lastSeq else { continue }
            rest = rest.drop { $0.seq <= done }
        }
    }
}

extension PublishingTarget {
    /// Publishes the row that arrived last, as a trial.
    ///
    /// - Returns: what came of it; nil if there is no row.
    /// - Throws: `PublishError`, `ArchiveError`.
    public func tryOut(_ archive: ArchiveReader) async throws -> PublishingTrial? {
        guard let row = try await archive.rows(after: archive.lastSeq() - 1, limit: 1).first else { return nil }
        let publisher = try trial?(archive) ?? publisher(archive, {})
        do {
            let trial = try await publisher.tryOut(row)
            await publisher.close()
            return trial
        } catch {
            await publisher.close()
            throw PublishError(error)
        }
    }
}

extension ArchivedRow<ArchivedFact> {
    /// When it happened, seconds since 1970 UTC; of an interval the end.
    public var timestamp: Int {
        switch fact {
        case .interval(let interval): interval.endTimestamp
        case .reading(let reading): reading.timestamp
        case .event(let event): event.timestamp
        }
    }
}
