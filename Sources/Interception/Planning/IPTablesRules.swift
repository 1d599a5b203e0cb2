/// The same for machines without nft: chains of our own in iptables' tables, each with one rule that leads to it.
struct IPTablesRules {
    static let chainPrefix = "HELIOGRAPH"
    static let chains = ["IN", "OUT", "BLOCK", "GUARD"].map { "\(chainPrefix)-\($0)" }

    /// The command that keeps a table: the plain one, unless the kernel's older tables lie beside those that it keeps.
    static func program(_ table: Firewall.Table) -> String { table.family == Firewall.legacy ? "iptables-legacy" : "iptables" }

    var envoys: [IPv4Address]
    var interface: String
    var networks: [String]
    var redirections: [GatewayWish.Redirection]
    var openPorts: [Int]?
    var guarded: [String]

    /// Each command with the one that takes it back. Taken back in the reverse order, chains are empty when they go.
    var changes: [Change] {
        chain("nat", "PREROUTING", "\(Self.chainPrefix)-IN", redirecting)
            + chain("nat", "POSTROUTING", "\(Self.chainPrefix)-OUT", masquerading)
            + (openPorts == nil ? [] : chain("filter", "FORWARD", "\(Self.chainPrefix)-BLOCK", blocking))
            + (guarded.isEmpty ? [] : chain("filter", "FORWARD", "\(Self.chainPrefix)-GUARD", guarding))
    }

    /// How many rules there are when all is whole, those that lead to our chains with them.
    var count: Int {
        redirecting.count + masquerading.count + 2 + (openPorts == nil ? 0 : blocking.count + 1)
            + (guarded.isEmpty ? 0 : guarding.count + 1)
    }

    /// What takes our chains out of a firewall, in the state they are in: first whatever leads to them, then what is in them.
    static func removal(from firewall: Firewall) -> [Action] {
        let chains = firewall.chains.filter { $0.name.hasPrefix(chainPrefix) }
        let leads = chains.flatMap { chain in
            firewall.rules.filter { $0.table == chain.table && !$0.chain.hasPrefix(chainPrefix) && $0.text.containsWord(chain.name) }
                .map { Action.run([program(chain.table), "-w", "-t", chain.table.name, "-D", $0.chain, "-j", chain.name]) }
        }
        return leads
            + chains.flatMap { chain in
                ["-F", "-X"].map { Action.run([program(chain.table), "-w", "-t", chain.table.name, $0, chain.name]) }
            }
    }

    private var redirecting: [[String]] {
        envoys.flatMap { envoy in
            redirections.map {
                [
                    "-i", interface, "-s", "\(envoy)", "-p", "tcp", "--dport", "\($0.from)", "-m", "comment", "--comment",
                    RuleName.redirected($0.from),
                ]
                    + ["-j", "REDIRECT", "--to-ports", "\($0.to)"]
            }
        }
    }

    private var masquerading: [[String]] {
        networks.map { ["-d", $0, "-j", "RETURN"] }
            + envoys.map { ["-s", "\($0)", "-p", "tcp", "!", "--syn", "-j", "RETURN"] }
            + envoys.map { ["-s", "\($0)", "-m", "comment", "--comment", RuleName.masqueraded, "-j", "MASQUERADE"] }
    }

    private var blocking: [[String]] {
        let (udp, tcp) = (RuleName.namesAndTime, [RuleName.namesAndTime[0]] + (openPorts ?? []))
        return envoys.flatMap { envoy in
            let own = ["-i", interface, "-s", "\(envoy)", "-m", "conntrack", "--ctdir", "ORIGINAL"]
            func pass(_ kind: String, _ ports: [Int]) -> [String] {
                own + ["-p", kind, "-m", "multiport", "--dports", ports.map(String.init).joined(separator: ","), "-j", "RETURN"]
            }
            let reject = ["-m", "comment", "--comment", RuleName.blocked, "-j", "REJECT", "--reject-with", "icmp-admin-prohibited"]
            return [pass("udp", udp), pass("tcp", tcp), own + reject]
        }
    }

    private var guarding: [[String]] {
        envoys.map { ["-s", "\($0)", "-j", "RETURN"] }
            + guarded.map {
                ["-i", $0, "-m", "conntrack", "--ctstate", "NEW", "-m", "conntrack", "!", "--ctstate", "DNAT"]
                    + ["-m", "comment", "--comment", RuleName.others, "-j", "DROP"]
            }
    }

    private func chain(_ table: String, _ hook: String, _ name: String, _ rules: [[String]]) -> [Change] {
        let start = ["iptables", "-w", "-t", table]
        return [Change("have a chain of our own", .run(start + ["-N", name]), undo: .run(start + ["-X", name]))]
            + rules.map { Change(purpose(name), .run(start + ["-A", name] + $0), undo: .run(start + ["-D", name] + $0)) }
            + [Change("lead packets to it", .run(start + ["-I", hook, "1", "-j", name]), undo: .run(start + ["-D", hook, "-j", name]))]
    }

    private func purpose(_ chain: String) -> String {
        switch chain.split(separator: "-").last {
        case "IN": "redirect the Envoy's connections"
        case "BLOCK": "let nothing but names and time pass to other hosts"
        case "OUT": "let the Envoy's other traffic leave as ours"
        default: "forward for the Envoy only"
        }
    }
}
