import Archive

/// Passes one batch on, and finds the rows in it that the other side refuses for good.
///
/// A refused batch is halved until the refused rows stand alone. They are passed over only where other rows of the same batch were
/// taken: who refuses everything has something else against us, and nothing may be lost by that.
struct Delivery {
    /// The last row up to which all were taken or passed over.
    private(set) var lastSeq: Int?
    private(set) var taken = 0
    private(set) var refused: [Refusal] = []
    private var undecided: [Refusal] = []

    struct Refusal: Equatable {
        var seq: Int
        var reason: String
    }

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
            guard case .reject(let reason) = PublishError(error) else { throw PublishError(error) }
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
}
