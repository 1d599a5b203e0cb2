import Logging
import NIOCore
import Synchronization

/// Keeps the log readable when the same thing happens again and again: the first time it is said in full; what follows
/// within the hour is counted, and told as one line when the hour is over, or the program ends.
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
    /// What is said of it, the last time.
    struct Event: Sendable {
        var message: Logger.Message
        var level: Logger.Level
        var facts: Logger.Metadata
    }
    struct Sum: Sendable {
        var event: Event
        /// How often it happened without being told.
        var count: Int
    }
    private struct Entry {
        var said: NIODeadline
        var event: Event
        var passedOver = 0
    }

    private static let period = TimeAmount.hours(1)
    /// How many different events are remembered; past it the oldest is forgotten.
    private static let capacity = 1024

    private let entries = Mutex<[Key: Entry]>([:])

    func verdict(on key: Key, _ event: Event, at now: NIODeadline) -> Verdict {
        entries.withLock { entries in
            guard let entry = entries[key] else {
                if entries.count >= Self.capacity, let oldest = entries.min(by: { $0.value.said < $1.value.said }) {
                    entries[oldest.key] = nil
                }
                entries[key] = Entry(said: now, event: event)
                return .say
            }
            guard now - entry.said >= Self.period else {
                entries[key]?.passedOver += 1
                entries[key]?.event = event
                return .passOver
            }
            entries[key] = Entry(said: now, event: event)
            return entry.passedOver > 0 ? .sum(entry.passedOver) : .say
        }
    }

    /// Gives what was only counted, each once: of those whose hour is over, or of all. Their next time is news again.
    func sums(at now: NIODeadline, atEnd: Bool) -> [Sum] {
        entries.withLock { entries in
            let over = entries.filter { atEnd || now - $0.value.said >= Self.period }.sorted { $0.value.said < $1.value.said }
            for (key, _) in over { entries[key] = nil }
            return over.compactMap { $0.value.passedOver > 0 ? Sum(event: $0.value.event, count: $0.value.passedOver) : nil }
        }
    }
}
