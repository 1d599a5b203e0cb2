import Archive

/// A fact on its way to somebody else.
public typealias PublishedRow = ArchivedRow<ArchivedFact>

/// Who publishes facts: one target's way to take rows of the archive.
///
/// A publisher is asked by one loop, for one thing at a time. It holds no more than a batch, and gives up waiting by itself: every
/// network wait in it has an end.
public protocol Publisher: Sendable {
    /// The most rows that it takes at once, at least 1.
    var batchLimit: Int { get }

    /// Passes rows on, in the order of their arrival; returns when the other side has them.
    ///
    /// The same rows come again when this throws, or the program dies before their cursor is moved: what it passes on must mean the
    /// same when it comes twice.
    ///
    /// - Throws: `PublishError`; what else it throws counts as `retry`.
    func publish(_ rows: [PublishedRow]) async throws

    /// Whether it passes alerts on.
    var takesAlerts: Bool { get }

    /// Passes on what was raised and what ended, in order; comes again as rows do.
    ///
    /// - Throws: as `publish`; what is rejected is passed over.
    func publish(alerts: [AlertChange]) async throws

    /// Does what is to be done without new rows: at the start, when woken, and from time to time.
    ///
    /// - Throws: as `publish`.
    func tend() async throws

    /// Takes leave. The last that is asked of it.
    func close() async
}

extension Publisher {
    public var takesAlerts: Bool { false }
    public func publish(alerts: [AlertChange]) async throws {}
    public func tend() async throws {}
    public func close() async {}
}

/// Why rows were not taken. The texts hold no secrets, are for people, and begin in lower case.
public enum PublishError: Error, Equatable, Sendable {
    /// They may be taken later: not reachable, too slow, full, asking for patience, or not letting us in.
    case retry(String, after: Duration? = nil)
    /// They will never be taken as they are.
    case reject(String)

    public var reason: String {
        switch self {
        case .retry(let reason, _), .reject(let reason): reason
        }
    }

    /// What any error means to a loop.
    init(_ error: any Error) { self = error as? PublishError ?? .retry("\(error)") }
}
