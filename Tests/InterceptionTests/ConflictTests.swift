import Testing

@testable import Interception

@Suite("Other firewalls that would hinder the Envoy are named, with their cure")
struct ConflictTests {
    private static let filter = Firewall.Table("ip", "filter")

    private func conflicts(_ firewall: Firewall?) throws -> [Conflict] {
        try GatewayPlanner.up(.one, .small { $0.firewall = firewall }, record: nil).conflicts
    }

    @Test("Docker: its FORWARD chain drops the Envoy's other traffic")
    func docker() throws {
        var firewall = Firewall(
            tables: [Self.filter],
            chains: [.init(Self.filter, "FORWARD", hook: "forward", policy: "drop"), .init(Self.filter, "DOCKER-USER")])
        let found = try conflicts(firewall)
        #expect(found.count == 1 && found[0].what.hasPrefix("Docker's table ip filter, chain FORWARD"))
        #expect(found.first?.cure.contains("iptables -I DOCKER-USER -s 192.168.1.100 -j ACCEPT") == true)
        firewall.rules = [.init(Self.filter, "DOCKER-USER", "-A DOCKER-USER -s 192.168.1.10 -j ACCEPT")]
        #expect(try conflicts(firewall).count == 1, "that is another device")
        firewall.rules = [.init(Self.filter, "DOCKER-USER", "-A DOCKER-USER -s 192.168.1.100/32 -j ACCEPT")]
        #expect(try conflicts(firewall) == [], "cured")
    }

    @Test("ufw: both its chains, each with ufw's own command")
    func ufw() throws {
        let found = try conflicts(
            Firewall(
                tables: [Self.filter],
                chains: [
                    .init(Self.filter, "INPUT", hook: "input", policy: "drop"),
                    .init(Self.filter, "FORWARD", hook: "forward", policy: "drop"),
                    .init(Self.filter, "ufw-user-input"),
                ]))
        #expect(
            found.map(\.cure) == [
                "ufw allow in on eth0 from 192.168.1.100 to any port 4430 proto tcp", "ufw route allow in on eth0 from 192.168.1.100",
            ])
    }

    @Test("firewalld, until one of its zones names the Envoy")
    func firewalld() throws {
        let table = Firewall.Table("inet", "firewalld")
        #expect(try conflicts(Firewall(tables: [table])).first?.cure.hasPrefix("firewall-cmd --permanent") == true)
        #expect(
            try conflicts(Firewall(tables: [table], rules: [.init(table, "filter_INPUT_ZONES", "ip saddr 192.168.1.100 goto trusted")]))
                == [])
    }

    @Test("A table of one's own that drops, and one that redirects already")
    func byHand() throws {
        let (mine, former) = (Firewall.Table("inet", "mine"), Firewall.Table("ip", "heliograph"))
        let found = try conflicts(
            Firewall(
                tables: [mine, former],
                chains: [.init(mine, "in", hook: "input", policy: "drop"), .init(former, "before", hook: "prerouting", policy: "accept")],
                rules: [.init(former, "before", "{\"dport\": 443} {\"redirect\": 4430}")]))
        #expect(found.map(\.cure).first == "nft insert rule inet mine in ip saddr 192.168.1.100 tcp dport 4430 accept")
        #expect(found.last?.cure.hasSuffix("nft delete table ip heliograph") == true)
        #expect(found.count == 2)
    }

    @Test("Where the rules may not be read, that is said")
    func unread() throws { #expect(try conflicts(nil).map(\.cure) == ["run this with sudo"]) }
}
