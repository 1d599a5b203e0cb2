/// What has to be done, in order, and what to tell of it.
public struct GatewayPlan: Sendable, Equatable {
    /// Nothing where the machine is as it should be already.
    public var changes: [Change]
    /// What stands in the way, with its cure.
    public var conflicts: [Conflict]
    /// What to keep for `down`; nil where nothing is left to undo.
    public var record: UndoRecord?

    public init(changes: [Change], conflicts: [Conflict] = [], record: UndoRecord?) {
        (self.changes, self.conflicts, self.record) = (changes, conflicts, record)
    }

    /// A shell script that does the same.
    public var script: String { changes.script }
}

/// Something on the machine that hinders the gateway, and what a person can do about it. Heliograph itself leaves it alone.
public struct Conflict: Sendable, Equatable, Codable {
    /// What it is and what it does to the Envoy's traffic.
    public var what: String
    public var cure: String

    public init(_ what: String, cure: String) { (self.what, self.cure) = (what, cure) }
}
