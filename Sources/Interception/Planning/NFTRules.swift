/// Our table in nft's language. Loading it replaces a former one in one step.
struct NFTRules {
    var envoys: [IPv4Address]
    var interface: String
    /// The networks of that interface, as in `192.168.1.0/24`.
    var networks: [String]
    var redirections: [GatewayWish.Redirection]
    /// nil where the Envoy's other traffic passes; else the TCP ports that pass besides names and time.
    var openPorts: [Int]?
    /// Interfaces whose forwarding was off before: nobody but the Envoys may begin to use it.
    var guarded: [String]

    static let table = "\(Firewall.own)"
    static let delete = Action.run(["nft", "delete", "table"] + table.split(separator: " ").map(String.init))

    var load: Action {
        // To add and delete before defining makes the same text right whether or not the table is there.
        .run(["nft", "-f", "-"], input: "add table \(Self.table)\ndelete table \(Self.table)\n\(text)")
    }

    /// Each rule counts, and its comment tells `status` and `doctor` what the count means.
    /// Priorities stand before those of Docker and firewalld for redirecting: the first translation of a connection holds.
    var text: String {
        let from = "iifname \"\(interface)\" ip saddr \(set(envoys.map(\.description)))"
        var lines = ["table \(Self.table) {"]
        lines += chain(
            "seen", "type filter hook prerouting priority -160; policy accept;",
            redirections.map {
                "\(from) tcp dport \($0.from) tcp flags & (fin | syn | rst | ack) == syn counter comment \"\(RuleName.connections($0.from))\""
            }
                + [
                    "\(from) udp dport \(set(RuleName.namesAndTime.map(String.init))) counter comment \"\(RuleName.names)\"",
                    "\(from) counter comment \"\(RuleName.all)\"",
                ])
        if !redirections.isEmpty {
            lines += chain(
                "redirecting", "type nat hook prerouting priority -110; policy accept;",
                redirections.map {
                    "\(from) tcp dport \($0.from) counter redirect to :\($0.to) comment \"\(RuleName.redirected($0.from))\""
                })
        }
        lines += chain(
            "leaving", "type nat hook postrouting priority 90; policy accept;",
            [
                // The middle of a connection that began past us, as when the router leads somebody to the Envoy's page: it keeps its address.
                "ip saddr \(set(envoys.map(\.description))) tcp flags & (fin | syn | rst | ack) != syn accept",
                "ip saddr \(set(envoys.map(\.description))) ip daddr != \(set(networks)) counter masquerade comment \"\(RuleName.masqueraded)\"",
            ])
        if openPorts != nil { lines += chain("blocking", "type filter hook forward priority 0; policy accept;", blocking(from)) }
        if !guarded.isEmpty {
            lines += chain(
                "guarding", "type filter hook forward priority 0; policy accept;",
                [
                    "iifname \(set(guarded.map { "\"\($0)\"" })) ip saddr != \(set(envoys.map(\.description))) ct state new "
                        + "ct status & dnat == 0 counter drop comment \"\(RuleName.others)\""
                ])
        }
        return (lines + ["}", ""]).joined(separator: "\n")
    }

    /// How many rules the table has when it is whole.
    var count: Int { 2 * redirections.count + 4 + (openPorts == nil ? 0 : 3) + (guarded.isEmpty ? 0 : 1) }

    /// It is told, and need not wait.
    private func blocking(_ from: String) -> [String] {
        let own = "\(from) ct direction original"
        return [
            "\(own) udp dport \(set(RuleName.namesAndTime.map(String.init))) accept",
            "\(own) tcp dport \(set(([RuleName.namesAndTime[0]] + (openPorts ?? [])).map(String.init))) accept",
            "\(own) counter reject with icmp type admin-prohibited comment \"\(RuleName.blocked)\"",
        ]
    }

    private func chain(_ name: String, _ head: String, _ rules: [String]) -> [String] {
        ["    chain \(name) {", "        \(head)"] + rules.map { "        \($0)" } + ["    }"]
    }

    private func set(_ members: [String]) -> String {
        members.count == 1 ? members[0] : "{ \(members.joined(separator: ", ")) }"
    }
}

/// The comments of our rules, by which their counters are found again.
enum RuleName {
    static let all = "all from the Envoy"
    static let names = "names and time"
    static let masqueraded = "leaving as ours"
    static let blocked = "blocked on the way to other hosts"
    /// Their ports: DNS (RFC 1035) and NTP (RFC 5905).
    static let namesAndTime = [53, 123]
    static let others = "forwarding is for the Envoy only"
    static func connections(_ port: Int) -> String { "connections to port \(port)" }
    static func redirected(_ port: Int) -> String { "redirected from port \(port)" }
}
