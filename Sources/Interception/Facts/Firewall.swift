/// What the firewall holds now, ours and others'.
public struct Firewall: Sendable, Equatable {
    /// A table of rules, as in `inet heliograph`.
    public struct Table: Hashable, Sendable, CustomStringConvertible {
        public var family: String
        public var name: String

        public init(_ family: String, _ name: String) { (self.family, self.name) = (family, name) }
        public var description: String { "\(family) \(name)" }
    }

    public struct Chain: Hashable, Sendable {
        public var table: Table
        public var name: String
        /// Where packets enter the chain (`prerouting`, `input`, `forward` …); nil where only other chains lead to it.
        public var hook: String?
        /// What happens to a packet that no rule decides on: `accept` or `drop`.
        public var policy: String?

        public init(_ table: Table, _ name: String, hook: String? = nil, policy: String? = nil) {
            (self.table, self.name, self.hook, self.policy) = (table, name, hook, policy)
        }
    }

    public struct Rule: Hashable, Sendable {
        public var table: Table
        public var chain: String
        /// The rule as the tool that listed it writes it.
        public var text: String
        /// Packets that it met; nil where it does not count.
        public var packets: Int?
        /// The comment in it, by which ours are known.
        public var comment: String?
        /// The number by which nft deletes it; nil where iptables listed it.
        public var handle: Int?

        public init(
            _ table: Table, _ chain: String, _ text: String, packets: Int? = nil, comment: String? = nil, handle: Int? = nil
        ) {
            (self.table, self.chain, self.text, self.packets) = (table, chain, text, packets)
            (self.comment, self.handle) = (comment, handle)
        }
    }

    public var tables: [Table] = []
    public var chains: [Chain] = []
    public var rules: [Rule] = []

    public init(tables: [Table] = [], chains: [Chain] = [], rules: [Rule] = []) {
        (self.tables, self.chains, self.rules) = (tables, chains, rules)
    }

    /// The table that is Heliograph's own.
    public static let own = Table("inet", "heliograph")

    /// The family of the tables that iptables-legacy keeps, which nft does not see.
    static let legacy = "iptables-legacy"

    /// The rules of our own: those in our table, or in the chains that iptables has instead, with what leads to them.
    public var ownRules: [Rule] {
        rules.filter { rule in
            rule.table == Self.own || rule.chain.hasPrefix(IPTablesRules.chainPrefix)
                || IPTablesRules.chains.contains { rule.text.containsWord($0) }
        }
    }

    /// Whether a rule of a table accepts something that names one of the texts: an address, a port.
    func accepts(_ texts: [String], in table: Table) -> Bool {
        rules.contains { rule in
            rule.table == table && rule.text.lowercased().contains("accept") && texts.contains { rule.text.containsWord($0) }
        }
    }
}

extension String {
    /// Whether a word stands in the text that no letter, digit or point continues: `10.0.0.1` is not in `10.0.0.10`.
    func containsWord(_ word: String) -> Bool {
        func continues(_ character: Character?) -> Bool { character.map { $0.isLetter || $0.isNumber || $0 == "." } ?? false }
        return ranges(of: word).contains { range in
            let before = range.lowerBound > startIndex ? self[index(before: range.lowerBound)] : nil
            let after = range.upperBound < endIndex ? self[range.upperBound] : nil
            return !continues(before) && !continues(after)
        }
    }
}
