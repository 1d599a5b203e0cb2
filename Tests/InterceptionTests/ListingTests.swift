import Testing

@testable import Interception

@Suite("What the system's programs print is understood, and what is no such thing is refused")
struct ListingTests {
    @Test("nft's JSON: tables, chains with hooks and policies, rules with counters and comments")
    func nft() throws {
        let json = """
            {"nftables": [{"metainfo": {"version": "1.0.6"}}, {"table": {"family": "inet", "name": "heliograph", "handle": 1}},
            {"chain": {"family": "inet", "table": "heliograph", "name": "seen", "handle": 1, "type": "filter", "hook": "prerouting",
            "prio": -160, "policy": "accept"}},
            {"rule": {"family": "inet", "table": "heliograph", "chain": "seen", "handle": 4, "comment": "all from the Envoy", "expr": [
            {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "192.168.1.100"}},
            {"counter": {"packets": 7, "bytes": 420}}]}}]}
            """
        let firewall = try NFTListing.firewall(json)
        #expect(firewall.tables == [Firewall.own])
        #expect(firewall.chains == [.init(Firewall.own, "seen", hook: "prerouting", policy: "accept")])
        #expect(firewall.ownRules.map(\.packets) == [7])
        #expect(firewall.ownRules.map(\.comment) == ["all from the Envoy"])
        #expect(try NFTListing.firewall("") == Firewall())
        #expect(throws: InterceptionError.self) { try NFTListing.firewall("{") }
        #expect(throws: InterceptionError.self) { try NFTListing.firewall("[1]") }
    }

    @Test("iptables' listing")
    func iptables() {
        var firewall = Firewall()
        let text = """
            -P FORWARD DROP -c 3 180
            -N HELIOGRAPH-GUARD
            -A FORWARD -c 5 300 -j HELIOGRAPH-GUARD
            -A HELIOGRAPH-GUARD -i eth0 -m comment --comment "forwarding is for the Envoy only" -c 2 120 -j DROP
            """
        let table = Firewall.Table("ip", "filter")
        IPTablesListing.add(text, table, to: &firewall)
        #expect(firewall.chains.first == .init(table, "FORWARD", hook: "forward", policy: "drop"))
        #expect(firewall.ownRules.map(\.packets) == [5, 2], "the rule that leads to ours is ours, too")
        #expect(firewall.ownRules.map(\.comment) == [nil, "forwarding is for the Envoy only"])
    }

    @Test("ip's JSON, and the nothing that ip prints for nothing")
    func ip() throws {
        let json = """
            [{"ifindex":1,"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8}]},
            {"ifindex":2,"ifname":"eth0","addr_info":[{"family":"inet","local":"192.168.1.5","prefixlen":24}]},{}]
            """
        #expect(try IPOutput.interfaces(json).map(\.name) == ["eth0"])
        #expect(try IPOutput.interfaces(json).first?.addresses.map(\.network) == ["192.168.1.0/24"])
        #expect(try IPOutput.defaultInterface("") == nil)
        #expect(
            try IPOutput.defaultInterface(#"[{"dst":"default","dev":"wlan0","metric":600},{"dst":"default","dev":"eth0","metric":100}]"#)
                == "eth0")
        #expect(throws: InterceptionError.self) { try IPOutput.interfaces("nonsense") }
    }

    @Test("The kernel's tables of sockets: what listens, and not for this machine alone")
    func sockets() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue
               0: 00000000:114E 00000000:0000 0A 00000000:00000000
               1: 0100007F:1180 00000000:0000 0A 00000000:00000000
               3: 3500007F:0035 00000000:0000 0A 00000000:00000000
               4: 00000000000000000000000001000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000
               2: 0501A8C0:114E 6401A8C0:C001 01 00000000:00000000
            """
        #expect(ListeningPorts.ports(table) == [4430])
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.x", "+1.2.3.4", " 1.2.3.4", "0001.2.3.4", "1..2.3"])
    func `an address is four numbers`(_ text: String) { #expect(IPv4Address(text) == nil) }

    @Test("Networks by their prefix, at the ends of the range, too")
    func networks() throws {
        let address = try #require(IPv4Address("192.168.1.5"))
        let far = try #require(IPv4Address("8.8.8.8"))
        #expect(InterfaceAddress(address, prefixLength: 0).contains(far))
        #expect(!InterfaceAddress(address, prefixLength: 32).contains(far))
        #expect(InterfaceAddress(address, prefixLength: 23).network == "192.168.0.0/23")
    }
}
