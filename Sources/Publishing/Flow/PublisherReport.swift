import Synchronization

/// How a publisher is. Keys may be added; those that are there keep their meaning. Times are seconds since 1970 UTC.
public struct PublisherReport: Codable, Equatable, Sendable {
    /// Its name, as `--to` takes it.
    public var name: String
    /// Where it publishes to, without secrets.
    public var target: String
    /// Rows that were taken since the program started.
    public var rowsSent = 0
    /// Rows that the other side refuses as they are, and that were passed over, since the program started.
    public var rowsRefused = 0
    /// Why the last of these were.
    public var lastRefusal: String?
    /// Rows of the archive that wait for it.
    public var rowsBehind: Int?
    /// When rows were last taken.
    public var lastSentTimestamp: Int?
    /// What went wrong last.
    public var lastError: String?
    public var lastErrorTimestamp: Int?
    /// Whether the last attempt failed.
    public var isFailing = false

    public init(name: String, target: String) {
        self.name = name
        self.target = target
    }
}

/// The newest report of a publisher, for whoever asks, from any thread.
final class PublisherBoard: Sendable {
    private let current: Mutex<PublisherReport>

    init(_ report: PublisherReport) { current = Mutex(report) }

    var report: PublisherReport { current.withLock { $0 } }

    func change(_ body: (inout PublisherReport) -> Void) { current.withLock { body(&$0) } }
}
