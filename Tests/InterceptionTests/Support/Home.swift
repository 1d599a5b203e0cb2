import Foundation
import TestSupport

/// A home in network namespaces of its own: an Envoy, another device, the box that Heliograph is to run on, and a router, all on one
/// network; behind the router, at addresses of this machine, the Internet.
///
/// ```
/// envoy .100 ─┐
/// other .101 ─┤ 10.214.0.0/24    router .1 ── 10.215.1.0/24 ── 10.215.1.10, 10.215.1.11
/// box   .5   ─┴──────────────────┘ (masquerades)
/// ```
/// The Envoy's and the other device's gateway is the box, the box's is the router.
struct Home: Sendable {
    static let envoyAddress = "10.214.0.100"
    static let reports = "10.215.1.10"
    static let elsewhere = "10.215.1.11"

    let folder: TemporaryFolder
    private let number: Int

    var envoy: String { "hgE\(number)" }
    var other: String { "hgO\(number)" }
    var box: String { "hgB\(number)" }
    private var router: String { "hgR\(number)" }
    private var lan: String { "hgL\(number)" }
    private var link: String { "hgw\(number)" }

    /// What this machine lacks for it.
    static let missing: [String] = {
        if geteuid() != 0 { return ["not root"] }
        let tools = ["ip", "nft", "openssl", "python3", "curl"].filter { !Program.isInstalled($0) }
        if !tools.isEmpty { return tools }
        // Of a name of its own, and removed whatever happened: a test run that was killed is in no other's way.
        LeftNamespaces.remove(named: ["hgT", "hgL", "hgE", "hgO", "hgB", "hgR"])
        let name = "hgT\(ProcessInfo.processInfo.processIdentifier)"
        func succeeds(_ line: String) -> Bool { Program.succeeds("sh", ["-c", "PATH=$PATH:/usr/sbin:/sbin; \(line)"]) }
        let works = [
            "ip netns add \(name)", "ip -n \(name) link add br0 type bridge", "ip netns exec \(name) nft add table ip nat",
        ].allSatisfy(succeeds)
        _ = succeeds("ip netns delete \(name)")
        return works ? [] : ["the system allows no namespaces, no bridges or no nftables"]
    }()

    static let missingForIPTables = missing + (Program.isInstalled("iptables") ? [] : ["iptables"])

    /// Builds a home for one test, and pulls it down afterwards.
    static func with(_ body: (Home) async throws -> Void) async throws {
        await plot.take()
        do { try await withPlot(body) } catch {
            await plot.leave()
            throw error
        }
        await plot.leave()
    }

    /// There is one set of addresses, so there is room for one home at a time.
    private static let plot = Seats(1)

    private static func withPlot(_ body: (Home) async throws -> Void) async throws {
        try await seated {
            let home = Home(folder: try TemporaryFolder(), number: Int(ProcessInfo.processInfo.processIdentifier))
            do {
                try await home.build()
                try await body(home)
            } catch {
                await home.remove()
                throw error
            }
            await home.remove()
        }
    }

    private func build() async throws {
        var commands = ["ip netns add \(lan)", "ip -n \(lan) link add br0 type bridge", "ip -n \(lan) link set br0 up"]
        for (host, address) in [(envoy, "10.214.0.100"), (other, "10.214.0.101"), (box, "10.214.0.5"), (router, "10.214.0.1")] {
            commands += [
                "ip netns add \(host)", "ip link add eth0 netns \(host) type veth peer name \(host) netns \(lan)",
                "ip -n \(lan) link set \(host) master br0", "ip -n \(lan) link set \(host) up",
                "ip -n \(host) address add \(address)/24 dev eth0", "ip -n \(host) link set eth0 up", "ip -n \(host) link set lo up",
            ]
        }
        commands += [
            "ip -n \(envoy) route add default via 10.214.0.5", "ip -n \(other) route add default via 10.214.0.5",
            "ip -n \(box) route add default via 10.214.0.1",
            "ip link add wan netns \(router) type veth peer name \(link)",
            "ip -n \(router) address add 10.215.1.1/24 dev wan", "ip -n \(router) link set wan up",
            "ip address add \(Self.reports)/24 dev \(link)", "ip address add \(Self.elsewhere)/24 dev \(link)", "ip link set \(link) up",
            "ip netns exec \(router) sysctl -qw net.ipv4.ip_forward=1",
            "ip netns exec \(router) nft add table ip nat",
            "ip netns exec \(router) nft add chain ip nat post { type nat hook postrouting priority 100 ; }",
            "ip netns exec \(router) nft add rule ip nat post oifname wan masquerade",
        ]
        for command in commands { try await succeed(command.split(separator: " ").map(String.init)) }
    }

    private func remove() async {
        for host in [envoy, other, box, router, lan] {
            // What is not there can't be removed.
            _ = try? await Program.run("ip", ["netns", "delete", host])
        }
        _ = try? await Program.run("ip", ["link", "delete", link])
        try? FileManager.default.removeItem(atPath: "/etc/netns/\(box)")
    }

    struct Failed: Error { var command: [String], reason: String }

    private func succeed(_ words: [String]) async throws {
        let result = try await Program.run(words[0], Array(words.dropFirst()))
        guard result.status == 0 else { throw Failed(command: words, reason: result.errors) }
    }
}

extension Home {
    /// Runs a shell's line on a host.
    func shell(_ host: String, _ line: String) async throws -> Program.Finished {
        try await Program.run("ip", ["netns", "exec", host, "sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; \(line)"])
    }

    /// Runs `heliograph gateway …` on the box.
    func gateway(_ arguments: String..., environment: [String: String] = [:]) async throws -> Program.Finished {
        try await gateway(arguments, environment: environment)
    }

    func gateway(_ arguments: [String], environment: [String: String] = [:]) async throws -> Program.Finished {
        let record = folder.file("gateway.json").path(percentEncoded: false)
        return try await Program.run(
            "ip", ["netns", "exec", box, Program.built("heliograph"), "gateway"] + arguments + ["--record", record],
            environment: environment)
    }

    /// The same where the box has no nft: another file lies over it.
    func gatewayWithoutNFT(_ arguments: String...) async throws -> Program.Finished {
        let record = folder.file("gateway.json").path(percentEncoded: false)
        return try await Program.run(
            "ip",
            ["netns", "exec", box, "sh", "-c", "mount --bind /dev/null \(Program.path(of: "nft") ?? "") && exec \"$@\"", "sh"]
                + [Program.built("heliograph"), "gateway"] + arguments + ["--record", record])
    }

    /// All rules and kernel settings of the box, as text.
    func snapshot() async throws -> String {
        let listing = try await shell(box, "nft -s list ruleset; grep -r . /proc/sys/net/ipv4/conf /proc/sys/net/ipv4/ip_forward | sort")
        return listing.text
    }

    /// Starts the capture proxy on the box, and waits until it listens on port 4430.
    func startProxy(_ flags: [String]) async throws -> Program {
        let data = folder.file("data").path(percentEncoded: false)
        let program = try Program(
            "ip", ["netns", "exec", box, Program.built("heliograph"), "run", "--data", data, "--listen", "0.0.0.0:4430"] + flags)
        let isListening = await program.errors.wait { $0.hasEnded || $0.text.contains(" listening ") }
        guard isListening, program.isRunning else { throw Failed(command: ["heliograph run"], reason: program.errors.value.text) }
        return program
    }

    /// Posts from a host as an old Envoy does, over TLS 1.0, and returns what came back.
    func post(from host: String, _ target: String, to address: String, name: String) async throws -> String {
        let head = "POST \(target) HTTP/1.1\r\nHost: \(name)\r\nContent-Length: 3\r\nConnection: close\r\n\r\nx=1"
        let file = try folder.write(head.utf8, to: "request.\(UUID())")
        let result = try await Program.run(
            "ip",
            ["netns", "exec", host, "openssl", "s_client", "-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0", "-noservername", "-quiet"]
                + ["-connect", "\(address):443"], input: file)
        return result.text
    }

    /// Who vouches for whatever answers on port 443, as a host sees it.
    ///
    /// - Parameter host: nil for one on the Internet.
    func issuer(seenFrom host: String?, at address: String) async throws -> String {
        let line = "openssl s_client -connect \(address):443 </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256"
        guard let host else { return try await Program.run("sh", ["-c", line]).text }
        return try await shell(host, line).text
    }

    /// What the box's programs find for names, in place of this machine's own; for those that are started afterwards, and what is
    /// written later for these, too.
    func setHosts(_ text: String) throws {
        let folder = URL(filePath: "/etc/netns/\(box)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("127.0.0.1 localhost\n\(text)\n".utf8).write(to: folder.appending(path: "hosts"))
        // Nobody answers there, and at once.
        try Data("nameserver 127.0.0.1\n".utf8).write(to: folder.appending(path: "resolv.conf"))
    }

    /// Sends a datagram and waits for its echo: `true` where it came.
    func reaches(from host: String, port: Int, at address: String = Home.reports, wait: Int = 5) async throws -> Bool {
        let script = """
            import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(\(wait)); s.sendto(b"?", ("\(address)", \(port)))
            print(s.recv(9))
            """
        return try await Program.run("ip", ["netns", "exec", host, "python3", "-c", script]).status == 0
    }

    /// Answers every datagram on ports 53 and 123 of the Internet.
    func startEcho() async throws -> Program {
        let script = """
            import select, socket
            ports = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in (53, 123)]
            for s, port in zip(ports, (53, 123)): s.bind(("\(Home.reports)", port))
            print("ready", flush=True)
            while True:
                for s in select.select(ports, [], [])[0]: s.sendto(*s.recvfrom(99))
            """
        let program = try Program("python3", ["-c", script])
        guard await program.output.wait(until: { $0.text.contains("ready") || $0.hasEnded }), program.isRunning else {
            throw Failed(command: ["python3"], reason: program.errors.value.text)
        }
        return program
    }

    /// Serves an empty folder on port 80 of a host.
    func startPage(on host: String) async throws -> Program {
        let root = folder.file("page")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let program = try Program(
            "ip", ["netns", "exec", host, "python3", "-u", "-m", "http.server", "80", "--directory", root.path(percentEncoded: false)])
        guard await program.output.wait(until: { $0.text.contains("Serving") || $0.hasEnded }), program.isRunning else {
            throw Failed(command: ["python3"], reason: program.errors.value.text)
        }
        return program
    }

    /// Whether something answers HTTP, as a host, or the Internet (nil), sees it.
    func fetches(_ url: String, from host: String?) async throws -> Bool {
        let command = ["curl", "-s", "-m", "5", "-o", "/dev/null", url]
        guard let host else {
            try await succeed(["ip", "route", "replace", "10.214.0.0/24", "via", "10.215.1.1"])
            return try await Program.run("curl", Array(command.dropFirst())).status == 0
        }
        return try await Program.run("ip", ["netns", "exec", host] + command).status == 0
    }

    /// How often the kernel of a host was told of a shorter way (`InRedirects` of proc(5)'s snmp).
    func redirectsHeard(by host: String) async throws -> Int {
        let lines = try await shell(host, "grep ^Icmp: /proc/net/snmp").text.split(separator: "\n").map { $0.split(separator: " ") }
        guard lines.count == 2, let column = lines[0].firstIndex(of: "InRedirects") else { return -1 }
        return Int(lines[1][column]) ?? -1
    }
}

extension Home {
    /// How many requests are in the spool, read already or not.
    var capturedCount: Int {
        // A folder that is not there yet holds nothing.
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.file("data/spool").path(percentEncoded: false))) ?? []
        let requests = paths.compactMap { $0.split(separator: "/").last }.filter { $0.hasSuffix(".request") || $0.hasSuffix(".request.gz") }
        return Set(requests.map { $0.prefix { $0 != "." } }).count
    }
}
