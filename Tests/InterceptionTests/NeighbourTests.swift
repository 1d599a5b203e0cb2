import Foundation
import TestSupport
import Testing

@Suite(
    "In a home: other firewalls on the box", .serialized, .timeLimit(.minutes(10)),
    .enabled(
        if: Home.missingForIPTables.isEmpty, "no home with iptables can be built here: \(Home.missingForIPTables.joined(separator: ", "))"))
struct NeighbourTests {
    /// As Docker leaves it: forwarding is on, what it does not know is dropped, ports of containers are translated.
    private static let docker = """
        sysctl -qw net.ipv4.ip_forward=1
        iptables -P FORWARD DROP
        iptables -N DOCKER-USER
        iptables -A DOCKER-USER -j RETURN
        iptables -A FORWARD -j DOCKER-USER
        iptables -t nat -N DOCKER
        iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
        iptables -t nat -A POSTROUTING -s 172.17.0.0/16 -j MASQUERADE
        """

    /// As the instructions of 2012 have it typed by hand.
    private static let ofOld = "iptables -t nat -A PREROUTING -s \(Home.envoyAddress) -p tcp --dport 443 -j REDIRECT --to-ports 4430"

    /// As ufw leaves it: what it does not know may not come in.
    private static let ufw = """
        iptables -P INPUT DROP
        iptables -N ufw-user-input
        iptables -A INPUT -j ufw-user-input
        iptables -A ufw-user-input -p tcp --dport 22 -j ACCEPT
        """

    @Test("A pretended Docker and ufw are named with cures that work, and stay as they are")
    func neighbours() async throws {
        try await Home.with { home in
            let echo = try await home.startEcho()
            defer { echo.send(SIGKILL) }
            #expect(try await home.shell(home.box, "set -e\n\(Self.docker)\n\(Self.ufw)").status == 0)
            let before = try await home.snapshot()
            let result = try await home.gateway("up", "--envoy", Home.envoyAddress)
            #expect(result.status == 0)
            let lines = result.errors.split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix("warning: Docker's table ip filter, chain FORWARD") }, "\(result.errors)")
            #expect(lines.contains { $0.hasPrefix("warning: ufw's table ip filter, chain INPUT") })
            #expect(try await home.shell(home.box, "nft -s list ruleset").text.contains("chain DOCKER-USER"))
            #expect(try await !home.reaches(from: home.envoy, port: 53, wait: 1), "named with reason")

            // ufw itself is not here to be asked; its rule is what its command would make.
            let docker = try #require(lines.first { $0.contains("DOCKER-USER") }?.dropFirst("hint: ".count))
            #expect(
                try await home.shell(
                    home.box, "set -e; \(docker); iptables -A ufw-user-input -s \(Home.envoyAddress) -p tcp --dport 4430 -j ACCEPT"
                ).status == 0)
            #expect(try await home.reaches(from: home.envoy, port: 53))
            #expect(try await home.reaches(from: home.envoy, port: 123))
            let cured = try await home.gateway("plan", "--envoy", Home.envoyAddress)
            #expect(cured.errors == "" && cured.text == "# everything is set up already\n", "\(cured.errors)")

            // A rule by hand, in the table that is Docker's as well: its cure takes that rule alone.
            let without = try await home.snapshot()
            _ = try await home.shell(home.box, Self.ofOld)
            let old = try await home.gateway("plan", "--envoy", Home.envoyAddress).errors
            let cure = try #require(old.firstRange(of: "for the Envoy: ").map { old[$0.upperBound...].prefix { $0 != ";" } }, "\(old)")
            #expect(try await home.shell(home.box, String(cure)).status == 0)
            #expect(try await home.snapshot() == without)
            #expect(try await home.gateway("plan", "--envoy", Home.envoyAddress).errors == "")

            #expect(try await home.gateway("down").status == 0)
            _ = try await home.shell(home.box, "iptables -D DOCKER-USER 1; iptables -D DOCKER-USER 1; iptables -D ufw-user-input 2")
            #expect(try await home.snapshot() == before)
        }
    }

    @Test("A firewall in the kernel's older tables is seen beside nft, and its cure works")
    func legacy() async throws {
        guard Program.isInstalled("iptables-legacy") else { try Test.cancel("no iptables-legacy") }
        try await Home.with { home in
            let echo = try await home.startEcho()
            defer { echo.send(SIGKILL) }
            #expect(try await home.shell(home.box, "iptables-legacy -P FORWARD DROP").status == 0)
            let result = try await home.gateway("up", "--envoy", Home.envoyAddress)
            #expect(try await !home.reaches(from: home.envoy, port: 53, wait: 1), "named with reason")
            let lines = result.errors.split(separator: "\n")
            #expect(lines.first?.hasPrefix("warning: table iptables-legacy filter, chain FORWARD") == true, "\(result.errors)")
            let cure = try #require(lines.first { $0.hasPrefix("hint: ") }?.dropFirst("hint: ".count))
            #expect(try await home.shell(home.box, String(cure)).status == 0)
            #expect(try await home.reaches(from: home.envoy, port: 53))
            #expect(try await home.gateway("up", "--envoy", Home.envoyAddress).errors.contains("legacy") == false)
        }
    }

    @Test("Where iptables keeps the rules, up, a second up and down do the same; and what was flushed comes back")
    func iptables() async throws {
        try await Home.with { home in
            let echo = try await home.startEcho()
            defer { echo.send(SIGKILL) }
            // What iptables-nft makes at its first use, it leaves behind; so it has been used before.
            #expect(try await home.shell(home.box, "iptables -t nat -N OTHER && iptables -A INPUT -p icmp -j ACCEPT").status == 0)
            _ = try await home.shell(
                home.box,
                "iptables -t nat -A PREROUTING -s 10.9.9.9 -j OTHER; iptables -t nat -A POSTROUTING -s 10.9.9.9 -j ACCEPT; iptables -A FORWARD -s 10.9.9.9 -j ACCEPT"
            )
            let before = try await home.snapshot()
            let proxy = try await home.startProxy(["--cloud", "off"])
            defer { proxy.send(SIGKILL) }
            let result = try await home.gatewayWithoutNFT("up", "--envoy", Home.envoyAddress)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.text.contains("iptables -w -t nat -N HELIOGRAPH-IN") && !result.text.contains("nft"))
            #expect(try await home.post(from: home.envoy, "/1", to: Home.reports, name: "reports.example.test").hasPrefix("HTTP/1.1 503"))
            #expect(names(in: home.folder.file("data/spool")).contains { $0.hasSuffix(".request") })
            #expect(try await home.reaches(from: home.envoy, port: 53))
            #expect(try await !home.reaches(from: home.other, port: 53, wait: 1), "forwarding is for the Envoy only")
            #expect(
                try await home.gatewayWithoutNFT("up", "--envoy", Home.envoyAddress).text.hasPrefix("everything was set up already"))
            #expect(try await home.gatewayWithoutNFT("status").text.contains("packets    1 redirected from port 443"))
            _ = try await home.shell(home.box, "iptables -t nat -D PREROUTING -j HELIOGRAPH-IN")
            #expect(try await home.gatewayWithoutNFT("status").status == 1)
            #expect(try await home.gatewayWithoutNFT("up", "--envoy", Home.envoyAddress).text.contains("-I PREROUTING 1 -j HELIOGRAPH-IN"))
            #expect(try await home.gatewayWithoutNFT("down").status == 0)
            #expect(try await home.snapshot() == before)
            #expect(try await home.gatewayWithoutNFT("up", "--envoy", Home.envoyAddress).status == 0)
            #expect(try await home.gateway("up", "--envoy", Home.envoyAddress).text.contains("nft -f -"), "from one tool to the other")
            #expect(try await !home.shell(home.box, "nft list ruleset").text.contains("HELIOGRAPH"))
            #expect(try await home.gateway("down").status == 0)
            #expect(try await home.snapshot() == before)
        }
    }
}
