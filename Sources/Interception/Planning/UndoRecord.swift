/// What `up` did, kept until `down`: what was before, and what takes it back.
///
/// On disk it is JSON with sorted keys, in a folder that is emptied when the machine starts, as what it tells of is.
public struct UndoRecord: Sendable, Equatable, Codable {
    /// A kernel setting that was changed.
    public struct Kept: Sendable, Equatable, Codable {
        public var sysctl: Sysctl
        /// The value from before the first `up`.
        public var was: String
        /// The value that was set.
        public var set: String

        public init(_ sysctl: Sysctl, was: String, set: String) { (self.sysctl, self.was, self.set) = (sysctl, was, set) }
    }

    public var wish: GatewayWish
    /// The interface that the Envoys are on.
    public var interface: String
    public var kept: [Kept]
    /// Whether the whole machine forwarded before: someone else's business, but `down` has to know.
    public var forwardedAll: Bool
    /// The commands that put the rules up, as text, to see whether they are still the wanted ones.
    public var rules: String
    /// How many rules that makes.
    public var ruleCount: Int
    /// What takes the rules down, in this order.
    public var undoRules: [Action]

    public init(
        wish: GatewayWish, interface: String, kept: [Kept], forwardedAll: Bool, rules: String, ruleCount: Int, undoRules: [Action]
    ) {
        (self.wish, self.interface, self.kept, self.forwardedAll) = (wish, interface, kept, forwardedAll)
        (self.rules, self.ruleCount, self.undoRules) = (rules, ruleCount, undoRules)
    }
}
