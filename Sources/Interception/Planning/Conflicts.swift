/// Finds what other firewalls do to the Envoy's traffic. Each is left alone and named with its cure.
enum Conflicts {
    static func found(_ wish: GatewayWish, interface: String, _ facts: MachineFacts) -> [Conflict] {
        guard let firewall = facts.firewall else {
            return [Conflict("the firewall's rules may be read by root only, so nobody looked for conflicts", cure: "run this with sudo")]
        }
        var conflicts: [Conflict] = []
        let envoys = wish.envoys.map(\.description)
        let foreign = firewall.tables.filter { $0 != Firewall.own }
        for table in foreign {
            let chains = firewall.chains.filter { $0.table == table }
            let names = Set(chains.map(\.name))
            if table.name == "firewalld" {
                if !firewall.rules.contains(where: { rule in rule.table == table && envoys.contains { rule.text.containsWord($0) } }) {
                    conflicts.append(firewalld(envoys))
                }
                continue
            }
            for chain in chains where chain.policy == "drop" && !firewall.accepts(accepted(chain, wish), in: table) {
                conflicts += dropping(chain, names, wish, interface)
            }
            conflicts += redirecting(table, firewall, wish)
        }
        return conflicts
    }

    private static func accepted(_ chain: Firewall.Chain, _ wish: GatewayWish) -> [String] {
        wish.envoys.map(\.description) + (chain.hook == "input" ? wish.redirections.map { "\($0.to)" } : [])
    }

    private static func dropping(_ chain: Firewall.Chain, _ names: Set<String>, _ wish: GatewayWish, _ interface: String) -> [Conflict] {
        let isUFW = names.contains { $0.hasPrefix("ufw") }
        let isDocker = names.contains("DOCKER-USER")
        let place = "table \(chain.table), chain \(chain.name), drops what it does not know"
        switch chain.hook {
        case "input":
            let owner = isUFW ? "ufw's " : ""
            return wish.redirections.map { redirection in
                Conflict(
                    "\(owner)\(place): the Envoy's connections to port \(redirection.to)",
                    cure: wish.envoys.map { envoy in
                        isUFW
                            ? "ufw allow in on \(interface) from \(envoy) to any port \(redirection.to) proto tcp"
                            : inputRule(chain, envoy, redirection.to)
                    }.joined(separator: "; "))
            }
        case "forward":
            let owner = isDocker ? "Docker's " : isUFW ? "ufw's " : ""
            let cure = wish.envoys.map { envoy in
                if isDocker {
                    let program = IPTablesRules.program(chain.table)
                    return "\(program) -I DOCKER-USER -s \(envoy) -j ACCEPT; "
                        + "\(program) -I DOCKER-USER -d \(envoy) -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"
                }
                return isUFW ? "ufw route allow in on \(interface) from \(envoy)" : forwardRules(chain, envoy)
            }.joined(separator: "; ")
            return [Conflict("\(owner)\(place): what the Envoy sends elsewhere (names, time)", cure: cure)]
        default: return []
        }
    }

    private static func inputRule(_ chain: Firewall.Chain, _ envoy: IPv4Address, _ port: Int) -> String {
        isIPTables(chain)
            ? "\(IPTablesRules.program(chain.table)) -I \(chain.name) -s \(envoy) -p tcp --dport \(port) -j ACCEPT"
            : "nft insert rule \(chain.table) \(chain.name) ip saddr \(envoy) tcp dport \(port) accept"
    }

    private static func forwardRules(_ chain: Firewall.Chain, _ envoy: IPv4Address) -> String {
        let insert = "\(IPTablesRules.program(chain.table)) -I \(chain.name)"
        return isIPTables(chain)
            ? "\(insert) -s \(envoy) -j ACCEPT; \(insert) -d \(envoy) -j ACCEPT"
            : "nft insert rule \(chain.table) \(chain.name) ip saddr \(envoy) accept; "
                + "nft insert rule \(chain.table) \(chain.name) ip daddr \(envoy) accept"
    }

    /// Tables that iptables keeps have these names, and chains in capitals.
    private static func isIPTables(_ chain: Firewall.Chain) -> Bool {
        ["ip", Firewall.legacy].contains(chain.table.family) && chain.table.name == "filter" && ["INPUT", "FORWARD"].contains(chain.name)
    }

    private static func firewalld(_ envoys: [String]) -> Conflict {
        Conflict(
            "firewalld is running and turns away what its zones do not allow: the Envoy's connections, and what passes through",
            cure: envoys.map { "firewall-cmd --permanent --zone=trusted --add-source=\($0)" }.joined(separator: "; ")
                + "; firewall-cmd --reload")
    }

    /// A table that redirects the same ports, such as one made by hand.
    private static func redirecting(_ table: Firewall.Table, _ firewall: Firewall, _ wish: GatewayWish) -> [Conflict] {
        let entries = Set(firewall.chains.filter { $0.table == table && $0.hook == "prerouting" }.map(\.name))
        let rules = firewall.rules.filter { rule in
            rule.table == table && entries.contains(rule.chain)
                && ["redirect", "dnat", "REDIRECT", "DNAT"].contains { rule.text.contains($0) }
                && wish.redirections.contains { rule.text.containsWord("\($0.from)") } && !rule.text.contains("\"fib\"")
        }
        guard !rules.isEmpty else { return [] }
        let ports = wish.redirections.map { "\($0.from)" }.joined(separator: ", ")
        return [
            Conflict(
                "table \(table) redirects connections to port \(ports), too",
                cure: "if that was set up by hand for the Envoy: \(rules.map(deletion).joined(separator: "; ")); "
                    + "and out of what sets it when the machine starts")
        ]
    }

    /// What deletes one rule and leaves everything else, as the table may be Docker's, too.
    private static func deletion(_ rule: Firewall.Rule) -> String {
        if let handle = rule.handle { return "nft delete rule \(rule.table) \(rule.chain) handle \(handle)" }
        // As iptables listed it, without the counts.
        var words = rule.text.split(separator: " ").map(String.init)
        if let counts = words.firstIndex(of: "-c"), counts + 2 < words.count { words.removeSubrange(counts...counts + 2) }
        return (["\(IPTablesRules.program(rule.table)) -t \(rule.table.name) -D"] + words.dropFirst()).joined(separator: " ")
    }
}
