/// How the gateway stands, as `gateway status` tells it.
public struct GatewayStatus: Sendable, Equatable, Codable {
    public enum State: String, Sendable, Codable {
        case up, down
        /// The Envoy's traffic passes through, and nothing of it is redirected.
        case passing
        /// Some of what `up` did is gone.
        case partly
    }

    /// How many packets a rule met, by the name of the rule.
    public struct Count: Sendable, Equatable, Codable {
        public var rule: String
        public var packets: Int
    }

    public var state: State
    public var envoys: [IPv4Address]
    public var interface: String?
    /// Where what the Envoys send to other hosts is blocked, but for names and time: the TCP ports that pass all the same.
    public var openPorts: [Int]?
    /// What is gone of what `up` did, and who listens nowhere.
    public var problems: [String]
    public var counts: [Count]

    public init(_ facts: MachineFacts, record: UndoRecord?) {
        let own = facts.firewall?.ownRules ?? []
        envoys = record?.wish.envoys ?? []
        interface = record?.interface
        openPorts = record?.wish.openPorts
        problems = []
        counts = own.compactMap { rule in rule.comment.flatMap { name in rule.packets.map { Count(rule: name, packets: $0) } } }
        guard let record else {
            state = own.isEmpty ? .down : .partly
            if !own.isEmpty { problems = ["there are rules, but no note of who set them; heliograph gateway down removes them"] }
            return
        }
        for kept in record.kept where facts.sysctls[kept.sysctl] != kept.set {
            problems.append("\(kept.sysctl.name) is \(facts.sysctls[kept.sysctl] ?? "missing"), not \(kept.set)")
        }
        if facts.firewall != nil, own.count != record.ruleCount { problems.append("\(own.count) of \(record.ruleCount) rules are there") }
        state = problems.isEmpty ? record.wish.redirections.isEmpty ? .passing : .up : .partly
        for redirection in record.wish.redirections where !facts.listeningPorts.contains(redirection.to) {
            problems.append("nothing listens on port \(redirection.to)")
        }
    }

    /// For people: one line a fact.
    public var text: String {
        var lines = ["gateway    \(state.rawValue)"]
        if let interface, state != .passing {
            lines.append("redirects  \(envoys.map(\.description).joined(separator: ", ")) on \(interface)")
        }
        if let openPorts { lines.append("blocks     all else but names\(openPorts.map { ", TCP port \($0)" }.joined()) and time") }
        lines += problems.map { "problem    \($0)" }
        lines += counts.map { "packets    \($0.packets) \($0.rule)" }
        return lines.joined(separator: "\n")
    }
}
