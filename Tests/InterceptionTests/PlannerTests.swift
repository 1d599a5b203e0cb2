import Testing

@testable import Interception

extension MachineFacts {
    /// A machine on one network, as most are, with nothing set up.
    static func small(_ change: (inout MachineFacts) -> Void = { _ in }) -> MachineFacts {
        var facts = MachineFacts()
        facts.interfaces = [Interface("eth0", [InterfaceAddress(IPv4Address(number: 0xC0A8_0105), prefixLength: 24)])]
        facts.upstreamInterface = "eth0"
        facts.sysctls = [.forwarding("eth0"): "0", .sendRedirects("eth0"): "1", .sendRedirects("all"): "1", .ipForward: "0"]
        facts.firewall = Firewall()
        facts.hasNFT = true
        change(&facts)
        return facts
    }

    /// The machine after a plan: kernel settings set, and as many rules of ours as the plan's record says.
    func after(_ plan: GatewayPlan) -> MachineFacts {
        var facts = self
        for case .set(let sysctl, let value) in plan.changes.map(\.action) { facts.sysctls[sysctl] = value }
        facts.firewall?.tables.removeAll { $0 == Firewall.own }
        facts.firewall?.rules.removeAll { $0.table == Firewall.own }
        if let record = plan.record {
            facts.firewall?.tables.append(Firewall.own)
            facts.firewall?.rules += (0..<record.ruleCount).map { .init(Firewall.own, "redirecting", "rule \($0)") }
        }
        return facts
    }
}

extension GatewayWish {
    static let one = GatewayWish(envoys: [IPv4Address(number: 0xC0A8_0164)], redirections: [.init(from: 443, to: 4430)])
}

@Suite("A plan names what has to change, and no more")
struct PlannerTests {
    @Test("On a machine that forwards nothing: forwarding on one interface, no redirects, one table")
    func small() throws {
        let plan = try GatewayPlanner.up(.one, .small(), record: nil)
        #expect(
            plan.changes.map(\.action.firstLine) == [
                "sysctl -w net.ipv4.conf.eth0.forwarding=1", "sysctl -w net.ipv4.conf.eth0.send_redirects=0",
                "sysctl -w net.ipv4.conf.all.send_redirects=0", "nft -f - <<'END'",
            ])
        #expect(plan.script.contains("ip saddr 192.168.1.100 tcp dport 443 counter redirect to :4430"))
        #expect(plan.script.contains("ip saddr 192.168.1.100 ip daddr != 192.168.1.0/24 counter masquerade"))
        #expect(plan.script.contains("iifname \"eth0\" ip saddr != 192.168.1.100 ct state new"), "nobody else may begin to use it")
        #expect(plan.conflicts == [])
    }

    @Test("A second up has nothing to do; a down gives back every value; a second down has nothing to do")
    func twice() throws {
        let facts = MachineFacts.small()
        let first = try GatewayPlanner.up(.one, facts, record: nil)
        let up = facts.after(first)
        #expect(try GatewayPlanner.up(.one, up, record: first.record).changes == [])
        let down = GatewayPlanner.down(up, record: first.record)
        #expect(up.after(down) == facts)
        #expect(GatewayPlanner.down(facts, record: nil).changes == [])
    }

    @Test("What was right before is neither changed nor set back, and others' forwarding is not guarded")
    func alreadyRouter() throws {
        let facts = MachineFacts.small { facts in
            facts.sysctls[.forwarding("eth0")] = "1"
            facts.sysctls[.ipForward] = "1"
            facts.sysctls[.sendRedirects("all")] = "0"
        }
        let plan = try GatewayPlanner.up(.one, facts, record: nil)
        #expect(plan.changes.map(\.action.firstLine) == ["sysctl -w net.ipv4.conf.eth0.send_redirects=0", "nft -f - <<'END'"])
        #expect(!plan.script.contains("chain guarding"))
        #expect(facts.after(plan).after(GatewayPlanner.down(facts.after(plan), record: plan.record)) == facts)
    }

    @Test("Another Envoy or port replaces the table, and down still goes back to before the first up")
    func changed() throws {
        let facts = MachineFacts.small()
        let first = try GatewayPlanner.up(.one, facts, record: nil)
        var wish = GatewayWish.one
        wish.redirections.append(.init(from: 80, to: 4431))
        let second = try GatewayPlanner.up(wish, facts.after(first), record: first.record)
        #expect(second.changes.map(\.action.firstLine) == ["nft -f - <<'END'"])
        #expect(second.record?.kept == first.record?.kept)
        let up = facts.after(first).after(second)
        #expect(up.after(GatewayPlanner.down(up, record: second.record)) == facts)
    }

    @Test("Rules or settings that someone removed since are put up again, and only these")
    func repaired() throws {
        let facts = MachineFacts.small()
        let first = try GatewayPlanner.up(.one, facts, record: nil)
        var up = facts.after(first)
        up.firewall = Firewall()
        #expect(try GatewayPlanner.up(.one, up, record: first.record).changes.map(\.action.firstLine) == ["nft -f - <<'END'"])
        up = facts.after(first)
        up.sysctls[.sendRedirects("eth0")] = "1"
        let again = try GatewayPlanner.up(.one, up, record: first.record)
        #expect(again.changes.map(\.action.firstLine) == ["sysctl -w net.ipv4.conf.eth0.send_redirects=0"])
        #expect(again.record?.kept == first.record?.kept)
    }

    @Test("Two interfaces: both forward; the move to another interface takes the former one's settings back")
    func twoInterfaces() throws {
        let facts = MachineFacts.small { facts in
            facts.interfaces.append(.init("wan0", [InterfaceAddress(IPv4Address(number: 0x0A00_0002), prefixLength: 24)]))
            facts.upstreamInterface = "wan0"
            facts.sysctls[.forwarding("wan0")] = "0"
            facts.sysctls[.sendRedirects("wan0")] = "1"
        }
        let plan = try GatewayPlanner.up(.one, facts, record: nil)
        #expect(plan.changes.map(\.action).contains(.set(.forwarding("wan0"), "1")))
        let up = facts.after(plan)
        let moved = try GatewayPlanner.up(
            GatewayWish(envoys: [IPv4Address(number: 0x0A00_0063)], redirections: GatewayWish.one.redirections), up, record: plan.record)
        #expect(moved.changes.map(\.action).contains(.set(.sendRedirects("eth0"), "1")))
        #expect(moved.changes.map(\.action).contains(.set(.forwarding("eth0"), "0")))
        #expect(moved.record?.interface == "wan0")
        let after = up.after(moved)
        #expect(after.after(GatewayPlanner.down(after, record: moved.record)) == facts)
    }

    @Test("Forwarding that Docker switched on since is not switched off again; what someone else changed stays")
    func takenOver() throws {
        let facts = MachineFacts.small()
        let plan = try GatewayPlanner.up(.one, facts, record: nil)
        var up = facts.after(plan)
        up.sysctls[.ipForward] = "1"
        up.sysctls[.sendRedirects("all")] = "1"
        let down = GatewayPlanner.down(up, record: plan.record)
        #expect(down.changes.map(\.action) == [NFTRules.delete, .set(.sendRedirects("eth0"), "1")])
    }

    @Test("Who makes the machine a router after us is not hindered by what keeps our forwarding to the Envoy")
    func guardLifted() throws {
        let facts = MachineFacts.small()
        let plan = try GatewayPlanner.up(.one, facts, record: nil)
        #expect(plan.script.contains("chain guarding"))
        var up = facts.after(plan)
        up.sysctls[.ipForward] = "1"
        let again = try GatewayPlanner.up(.one, up, record: plan.record)
        #expect(again.changes.map(\.action.firstLine) == ["nft -f - <<'END'"] && !again.script.contains("chain guarding"))
        // And it stays theirs: down does not switch it off.
        let down = GatewayPlanner.down(up.after(again), record: again.record)
        #expect(!down.changes.contains { $0.action.firstLine.contains("forwarding") })
    }

    @Test("iptables' rules that lead to our chains count: where they were flushed, up puts all of it up again")
    func leadsFlushed() throws {
        var facts = MachineFacts.small { $0.hasNFT = false }
        facts.hasIPTables = true
        let plan = try GatewayPlanner.up(.one, facts, record: nil)
        for case .set(let sysctl, let value) in plan.changes.map(\.action) { facts.sysctls[sysctl] = value }
        var firewall = Firewall()
        for case .run(let words, _) in plan.changes.map(\.action) {
            let table = Firewall.Table("ip", words[3])
            switch words[4] {
            case "-N": firewall.chains.append(.init(table, words[5]))
            case "-A": firewall.rules.append(.init(table, words[5], words[4...].joined(separator: " ")))
            default: firewall.rules.append(.init(table, words[5], "-A \(words[5]) -j \(words[8])"))
            }
        }
        facts.firewall = firewall
        #expect(try GatewayPlanner.up(.one, facts, record: plan.record).changes == [])
        facts.firewall?.rules.removeAll { $0.chain == "PREROUTING" }
        #expect(try GatewayPlanner.up(.one, facts, record: plan.record).changes.count > 5)
    }

    @Test("Without a note of what was before, down takes the table away and leaves the kernel's settings")
    func lostRecord() throws {
        let facts = MachineFacts.small { $0.firewall?.tables = [Firewall.own] }
        #expect(GatewayPlanner.down(facts, record: nil).changes.map(\.action) == [NFTRules.delete])
    }

    @Test("Chains that iptables was left with, flushed or without a note, go at down and before the next up")
    func leftChains() throws {
        let nat = Firewall.Table("ip", "nat")
        let facts = MachineFacts.small { facts in
            facts.hasNFT = false
            facts.hasIPTables = true
            facts.firewall = Firewall(
                tables: [nat],
                chains: [.init(nat, "PREROUTING", hook: "prerouting", policy: "accept"), .init(nat, "HELIOGRAPH-IN")],
                rules: [
                    .init(nat, "PREROUTING", "-A PREROUTING -c 0 0 -j HELIOGRAPH-IN"),
                    .init(nat, "PREROUTING", "-A PREROUTING -c 0 0 -j HELIOGRAPH-INSIDE"),
                ])
        }
        let removal = [["-D", "PREROUTING", "-j", "HELIOGRAPH-IN"], ["-F", "HELIOGRAPH-IN"], ["-X", "HELIOGRAPH-IN"]].map {
            Action.run(["iptables", "-w", "-t", "nat"] + $0)
        }
        #expect(GatewayPlanner.down(facts, record: nil).changes.map(\.action) == removal)
        let up = try GatewayPlanner.up(.one, facts, record: nil)
        #expect(up.changes.map(\.action).filter { if case .run = $0 { true } else { false } }.prefix(3).elementsEqual(removal))
    }

    @Test("An interface that is gone is not set back, and stops nothing")
    func goneInterface() throws {
        let first = try GatewayPlanner.up(.one, .small(), record: nil)
        let facts = MachineFacts.small { facts in
            facts.interfaces[0].name = "eth1"
            facts.upstreamInterface = "eth1"
            facts.sysctls = [.forwarding("eth1"): "0", .sendRedirects("eth1"): "1", .sendRedirects("all"): "0", .ipForward: "0"]
        }
        let second = try GatewayPlanner.up(.one, facts, record: first.record)
        #expect(!second.script.contains("eth0"))
        #expect(second.record?.kept.map(\.sysctl) == [.sendRedirects("all"), .forwarding("eth1"), .sendRedirects("eth1")])
    }

    @Test("Where the network is gone when the service stops, the redirection goes all the same; the note stays for down")
    func passWithoutNetwork() throws {
        let first = try GatewayPlanner.up(.one, .small(), record: nil)
        var facts = MachineFacts.small().after(first)
        facts.interfaces = []
        facts.upstreamInterface = nil
        let pass = GatewayPlanner.pass(facts, record: first.record)
        #expect(pass.changes.first?.action == NFTRules.delete)
        #expect(pass.changes.contains { $0.action.firstLine == "sysctl -w net.ipv4.conf.eth0.forwarding=0" }, "it forwards for nobody")
        #expect(pass.record == first.record)
    }

    @Test("Where nft is missing iptables gets chains of its own, and each command its opposite, in the reverse order")
    func iptables() throws {
        let facts = MachineFacts.small { facts in
            facts.hasNFT = false
            facts.hasIPTables = true
        }
        let plan = try GatewayPlanner.up(.one, facts, record: nil)
        #expect(plan.script.contains("iptables -w -t nat -A HELIOGRAPH-IN -i eth0 -s 192.168.1.100 -p tcp --dport 443"))
        let undo = try #require(plan.record?.undoRules)
        #expect(undo.last == .run(["iptables", "-w", "-t", "nat", "-X", "HELIOGRAPH-IN"]))
        #expect(undo.count == plan.changes.filter { if case .run = $0.action { true } else { false } }.count)
        #expect(throws: InterceptionError.noTool) {
            try GatewayPlanner.up(.one, .small { $0.hasNFT = false }, record: nil)
        }
    }

    @Test("What can't work is refused before anything is changed")
    func refused() {
        let far = IPv4Address(number: 0x0808_0808)
        let own = IPv4Address(number: 0xC0A8_0105)
        #expect(throws: InterceptionError.noEnvoy) {
            try GatewayPlanner.up(GatewayWish(envoys: [], redirections: []), .small(), record: nil)
        }
        #expect(throws: InterceptionError.envoyNotNear(far)) {
            try GatewayPlanner.up(GatewayWish(envoys: [far], redirections: []), .small(), record: nil)
        }
        #expect(throws: InterceptionError.envoyIsThisMachine(own)) {
            try GatewayPlanner.up(GatewayWish(envoys: [own], redirections: []), .small(), record: nil)
        }
        #expect(throws: InterceptionError.noSuchInterface("eth9", known: ["eth0"])) {
            var wish = GatewayWish.one
            wish.interface = "eth9"
            return try GatewayPlanner.up(wish, .small(), record: nil)
        }
        #expect(throws: InterceptionError.envoyElsewhere(far, interface: "eth0")) {
            try GatewayPlanner.up(GatewayWish(envoys: GatewayWish.one.envoys + [far], redirections: []), .small(), record: nil)
        }
        #expect(throws: InterceptionError.noDefaultRoute) {
            try GatewayPlanner.up(.one, .small { $0.upstreamInterface = nil }, record: nil)
        }
        #expect(throws: InterceptionError.sysctlMissing(.sendRedirects("all"))) {
            try GatewayPlanner.up(.one, .small { $0.sysctls[.sendRedirects("all")] = nil }, record: nil)
        }
    }

    @Test("A name with points and a word with quotes are typed as a shell and sysctl take them")
    func typable() {
        #expect("\(Action.set(.forwarding("eth0.10"), "1"))" == "sysctl -w net/ipv4/conf/eth0.10/forwarding=1")
        #expect("\(Action.run(["a", "it's", "b c", ""]))" == "a 'it'\\''s' 'b c' ''")
    }
}
