import Archive

/// Passes one batch on, and finds the rows in it that the other side refuses for good.
///
/// A refused batch is halved until the refused rows stand alone. They are passed over only where other rows of the same batch were
/// taken: who refuses everything has something else against us, and nothing may be lost by that. Rows of which the other side says
/// itself that it will never keep them, such as those that are too old for it, are passed over in any case.
struct Delivery {
    /// The last row up to which all were taken or passed over.
    private(set) var lastSeq: Int?
    private(set) var taken = 0
    private(set) var refused: [Refusal] = []
    private var undecided: [Refusal] = []

    struct Refusal: Equatable {
        var seq: Int
        var count = 1
        var reason: String
        /// Whether the other side said itself that it never keeps such rows.
        var isExpected = false
    }

    var refusedCount: Int { refused.reduce(0) { $0 + $1.count } }

    /// - Throws: `PublishError.retry`; `lastSeq` tells how far it came.
    mutating func deliver(_ rows: ArraySlice<PublishedRow>, to publisher: any Publisher) async throws {
        try await send(rows, to: publisher)
        guard let first = undecided.first else { return }
        throw PublishError.retry("nothing of \(rows.count) rows was taken: \(first.reason)")
    }

    private mutating func send(_ rows: ArraySlice<PublishedRow>, to publisher: any Publisher) async throws {
        guard let last = rows.last else { return }
        do {
            try await publisher.publish(Array(rows))
            taken += rows.count
            refused += undecided
            undecided = []
            lastSeq = last.seq
        } catch {
            try Task.checkCancellation()
            let reason: String
            switch PublishError(error) {
            case .retry: throw PublishError(error)
            case .passOver(let count, let reason): return passOver(min(max(count, 1), rows.count), of: rows, reason)
            case .reject(let text): reason = text
            }
            if rows.count > 1 {
                let middle = rows.startIndex + rows.count / 2
                try await send(rows[..<middle], to: publisher)
                try await send(rows[middle...], to: publisher)
            } else if taken > 0 {
                refused.append(Refusal(seq: last.seq, reason: reason))
                lastSeq = last.seq
            } else {
                undecided.append(Refusal(seq: last.seq, reason: reason))
            }
        }
    }

    private mutating func passOver(_ count: Int, of rows: ArraySlice<PublishedRow>, _ reason: String) {
        guard let last = rows.last else { return }
        if count < rows.count {
            taken += rows.count - count
            refused += undecided
            undecided = []
        }
        refused.append(Refusal(seq: last.seq, count: count, reason: reason, isExpected: true))
        // It may have something else against those before.
        if undecided.isEmpty { lastSeq = last.seq }
    }
}
