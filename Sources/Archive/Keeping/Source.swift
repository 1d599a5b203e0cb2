/// Where a report was read from.
public struct Source: Hashable, Sendable {
    /// What names it among all sources, such as the stem of the exchange's files. A source is counted once.
    public var name: String
    /// When it was received, by this machine's clock, seconds since 1970 UTC; nil where nobody knows, as of what other programs captured.
    public var receivedTimestamp: Int?

    public init(name: String, receivedTimestamp: Int?) {
        self.name = name
        self.receivedTimestamp = receivedTimestamp
    }
}
