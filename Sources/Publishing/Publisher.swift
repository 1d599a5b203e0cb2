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

    /// Passes the newest row on as a trial, or what is made of it and others.
    ///
    /// - Throws: as `publish`.
    func tryOut(_ newest: PublishedRow) async throws -> PublishingTrial

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
    public func tryOut(_ newest: PublishedRow) async throws -> PublishingTrial {
        try await publish([newest])
        return PublishingTrial(timestamp: newest.timestamp, words: "took the newest row")
    }
    public func tend() async throws {}
    public func close() async {}
}

/// What came of a trial.
public struct PublishingTrial: Equatable, Sendable {
    /// Of what was sent, seconds since 1970 UTC; nil where there was nothing to send.
    public var timestamp: Int?
    /// What the other side did, as a sentence without its subject.
    public var words: String
}

/// Why rows were not taken. The texts hold no secrets, are for people, and begin in lower case.
public enum PublishError: Error, Equatable, Sendable {
    /// They may be taken later: not reachable, too slow, full, asking for patience, or not letting us in.
    case retry(String, after: Duration? = nil)
    /// They will never be taken as they are.
    case reject(String)
    /// So many of them will never be taken, and the others are taken: nothing of it need come again.
    case passOver(Int, String)

    public var reason: String {
        switch self {
        case .retry(let reason, _), .reject(let reason), .passOver(_, let reason): reason
        }
    }

    /// What any error means to a loop.
    init(_ error: any Error) { self = error as? PublishError ?? .retry("\(error)") }
}
