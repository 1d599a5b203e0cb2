/// Works out what to change, from what is wanted, what the machine is like, and what an earlier `up` did.
public enum GatewayPlanner {
    /// What it takes to redirect the Envoys; no changes where all of it is in force already.
    public static func up(_ wish: GatewayWish, _ facts: MachineFacts, record: UndoRecord?) throws(InterceptionError) -> GatewayPlan {
        let interface = try interface(wish, facts)
        guard let upstream = facts.upstreamInterface else { throw .noDefaultRoute }
        let tool = try tool(wish, facts)

        // Settings that an earlier `up` made and nobody wants any more go back first, where they are still as it left them.
        let wanted = wantedSysctls(inside: interface.name, outside: upstream)
        var changes: [Change] = []
        var kept: [UndoRecord.Kept] = []
        for old in record?.kept ?? [] {
            if wanted.contains(where: { $0.sysctl == old.sysctl }) {
                kept.append(old)
            } else if let record, isStillOurs(old, facts, record) {
                changes.append(Change("undo what an earlier up did", .set(old.sysctl, old.was), undo: .set(old.sysctl, old.set)))
            }
        }
        for (sysctl, value, purpose) in wanted {
            guard let now = facts.sysctls[sysctl] else { throw .sysctlMissing(sysctl) }
            guard now != value else { continue }
            changes.append(Change(purpose, .set(sysctl, value), undo: .set(sysctl, now)))
            if !kept.contains(where: { $0.sysctl == sysctl }) { kept.append(.init(sysctl, was: now, set: value)) }
        }
        // Who forwards on purpose since, for the whole machine, is not to be hindered by what keeps our forwarding to the Envoy.
        let forwardedAll = record?.forwardedAll ?? (facts.sysctls[.ipForward] == "1")
        let isRouter = forwardedAll || facts.sysctls[.ipForward] == "1"
        let guarded =
            isRouter ? [] : Set([interface.name, upstream]).sorted().filter { name in kept.contains { $0.sysctl == .forwarding(name) } }
        let rules = Rules(wish, interface, guarded: guarded, tool: tool)
        if rules.text != record?.rules || facts.firewall?.ownRules.count != rules.count {
            // Loading our table replaces it in one step; all else has to go first.
            let former = rulesToTakeDown(facts, record: record).filter { tool != .nft || $0 != NFTRules.delete }
            changes += former.map { Change("take down what an earlier up set", $0, undo: nil) } + rules.changes
        }
        var resolved = wish
        resolved.tool = tool
        return GatewayPlan(
            changes: changes, conflicts: Conflicts.found(wish, interface: interface.name, facts),
            record: UndoRecord(
                wish: resolved, interface: interface.name, kept: kept, forwardedAll: forwardedAll, rules: rules.text,
                ruleCount: rules.count, undoRules: rules.changes.compactMap(\.undo).reversed()))
    }

    /// What it takes to redirect nothing, and still be the Envoy's gateway: what it sends passes, uncaptured. Where its other traffic is
    /// blocked, that stays so, but for the ports that were redirected: on them its reports pass.
    ///
    /// Where the network is not there for that, the rules go altogether: nobody must be sent to a port where nobody listens any more.
    public static func pass(_ facts: MachineFacts, record: UndoRecord?) -> GatewayPlan {
        guard let record else { return GatewayPlan(changes: [], record: nil) }
        var wish = record.wish
        wish.interface = record.interface
        wish.openPorts = wish.openPorts.map { Set($0 + wish.redirections.map(\.from)).sorted() }
        wish.redirections = []
        do { return try up(wish, facts, record: record) } catch {
            // Without the rules nothing guards the forwarding that they came with.
            return GatewayPlan(changes: down(facts, record: record).changes, record: record)
        }
    }

    /// What it takes to leave the machine as it was before `up`.
    public static func down(_ facts: MachineFacts, record: UndoRecord?) -> GatewayPlan {
        var changes = takingRulesDown(facts, record: record)
        // Where what `up` noted is gone, or it never ran, nobody knows how the kernel's settings were.
        guard let record else { return GatewayPlan(changes: changes, record: nil) }
        for kept in record.kept.reversed() where isStillOurs(kept, facts, record) {
            changes.append(Change("set back what up changed", .set(kept.sysctl, kept.was), undo: nil))
        }
        return GatewayPlan(changes: changes, record: nil)
    }

    private static func takingRulesDown(_ facts: MachineFacts, record: UndoRecord?) -> [Change] {
        rulesToTakeDown(facts, record: record).map { Change("take the rules down", $0, undo: nil) }
    }

    /// What takes down all that there is of our rules, whole or not and whoever set them; by the note alone where nobody may look.
    private static func rulesToTakeDown(_ facts: MachineFacts, record: UndoRecord?) -> [Action] {
        guard let firewall = facts.firewall else { return record?.undoRules ?? [] }
        return (firewall.tables.contains(Firewall.own) ? [NFTRules.delete] : []) + IPTablesRules.removal(from: firewall)
    }

    /// Whether a setting is as `up` left it. An interface that is gone has none.
    private static func isStillOurs(_ kept: UndoRecord.Kept, _ facts: MachineFacts, _ record: UndoRecord) -> Bool {
        facts.sysctls[kept.sysctl] == kept.set && !isTakenOver(kept, facts, record)
    }

    /// Whether forwarding has become someone else's since: who switched it on for the whole machine after us (Docker does at its
    /// start) counts on this interface, too.
    private static func isTakenOver(_ kept: UndoRecord.Kept, _ facts: MachineFacts, _ record: UndoRecord) -> Bool {
        kept.sysctl.path.hasSuffix("/forwarding") && !record.forwardedAll && facts.sysctls[.ipForward] == "1"
    }

    static func wantedSysctls(inside: String, outside: String) -> [(sysctl: Sysctl, value: String, purpose: String)] {
        var wanted = [(Sysctl.forwarding(inside), "1", "let the Envoy's other traffic pass through this machine")]
        if outside != inside { wanted.append((.forwarding(outside), "1", "let the answers pass back")) }
        let purpose = "keep the kernel from telling the Envoy a way round this machine"
        return wanted + [(.sendRedirects(inside), "0", purpose), (.sendRedirects("all"), "0", purpose)]
    }

    static func interface(_ wish: GatewayWish, _ facts: MachineFacts) throws(InterceptionError) -> MachineFacts.Interface {
        guard let first = wish.envoys.first else { throw .noEnvoy }
        let own = facts.interfaces.flatMap(\.addresses).map(\.address)
        if let envoy = wish.envoys.first(where: own.contains) { throw .envoyIsThisMachine(envoy) }
        let interface: MachineFacts.Interface
        if let name = wish.interface {
            guard let named = facts.interface(name), !named.addresses.isEmpty else {
                throw .noSuchInterface(name, known: facts.interfaces.filter { !$0.addresses.isEmpty }.map(\.name))
            }
            interface = named
        } else {
            guard let found = facts.interface(reaching: first) else { throw .envoyNotNear(first) }
            interface = found
        }
        for envoy in wish.envoys where !interface.addresses.contains(where: { $0.contains(envoy) }) {
            throw .envoyElsewhere(envoy, interface: interface.name)
        }
        return interface
    }

    private static func tool(_ wish: GatewayWish, _ facts: MachineFacts) throws(InterceptionError) -> GatewayWish.Tool {
        if let tool = wish.tool { return tool }
        if facts.hasNFT { return .nft }
        if facts.hasIPTables { return .iptables }
        throw .noTool
    }
}

/// The rules in the language of the tool that keeps them.
private struct Rules {
    var changes: [Change]
    var count: Int
    var text: String { changes.map { "\($0.action)\n" }.joined() }

    init(_ wish: GatewayWish, _ interface: MachineFacts.Interface, guarded: [String], tool: GatewayWish.Tool) {
        let networks = Set(interface.addresses.map(\.network)).sorted()
        switch tool {
        case .nft:
            let rules = NFTRules(
                envoys: wish.envoys, interface: interface.name, networks: networks, redirections: wish.redirections,
                openPorts: wish.openPorts, guarded: guarded)
            let purpose =
                wish.redirections.isEmpty
                ? "redirect nothing"
                : "redirect the Envoy, and let \(wish.openPorts == nil ? "its other traffic" : "names and time") leave as ours"
            changes = [Change(purpose, rules.load, undo: NFTRules.delete)]
            count = rules.count
        case .iptables:
            let rules = IPTablesRules(
                envoys: wish.envoys, interface: interface.name, networks: networks, redirections: wish.redirections,
                openPorts: wish.openPorts, guarded: guarded)
            changes = rules.changes
            count = rules.count
        }
    }
}
