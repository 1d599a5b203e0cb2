import Logging
import NIOCore
import Synchronization

/// Keeps the log readable when the same thing happens again and again: the first time it is said in full; what follows
/// within the hour is counted, and told as one line when the hour is over and it happens again.
final class RepeatedEvents: Sendable {
    struct Key: Hashable, Sendable {
        var name: String
        var address: String
    }
    enum Verdict: Equatable {
        case say
        /// Said once more, after this many were passed over.
        case sum(Int)
        case passOver
    }
    private struct Entry {
        var said: NIODeadline
        var passedOver = 0
    }

    private static let period = TimeAmount.hours(1)
    /// How many different events are remembered; past it the oldest is forgotten.
    private static let capacity = 1024

    private let entries = Mutex<[Key: Entry]>([:])

    func verdict(on key: Key, at now: NIODeadline) -> Verdict {
        entries.withLock { entries in
            guard let entry = entries[key] else {
                if entries.count >= Self.capacity, let oldest = entries.min(by: { $0.value.said < $1.value.said }) {
                    entries[oldest.key] = nil
                }
                entries[key] = Entry(said: now)
                return .say
            }
            guard now - entry.said >= Self.period else {
                entries[key]?.passedOver += 1
                return .passOver
            }
            entries[key] = Entry(said: now)
            return entry.passedOver > 0 ? .sum(entry.passedOver) : .say
        }
    }
}
