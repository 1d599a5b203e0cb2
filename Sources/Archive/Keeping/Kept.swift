/// What became of a report's rows.
public struct Kept: Equatable, Sendable {
    /// Rows that the archive did not have.
    public var new = Rows()
    /// Rows that it had, and that said the same.
    public var known = Rows()
    /// Rows that it had and that said something else before. The first arrival stays, and the second is recorded (§4).
    public var conflicting = Rows()
    /// Whether a report from this source was kept before.
    public var isKnownSource = false

    /// Counts by kind.
    public struct Rows: Equatable, Sendable {
        public var intervals = 0
        public var readings = 0
        public var events = 0
        public var total: Int { intervals + readings + events }

        public init(intervals: Int = 0, readings: Int = 0, events: Int = 0) {
            self.intervals = intervals
            self.readings = readings
            self.events = events
        }
    }

    public init() {}
}
