import Foundation
import Simulator
import TestSupport
import Testing

@Suite(
    "A connection that netfilter redirected goes on to where the device was going", .serialized, .timeLimit(.minutes(10)),
    .enabled(if: Network.missing.isEmpty, "no network of its own can be made here: \(Network.missing.joined(separator: ", "))"))
struct RedirectTests {
    @Test("Each of two hosts gets what was meant for it; a name that is not its own gets nothing; we are never our own cloud")
    func redirected() async throws {
        try await seated {
            let network = try await Network.made()
            do { try await Self.tell(network) } catch {
                await network.remove()
                throw error
            }
            await network.remove()
        }
    }

    @Test("Where reports are answered here, other hosts keep their own rule", arguments: ["forward", "block"])
    func otherHosts(rule: String) async throws {
        try await seated {
            let network = try await Network.made()
            do { try await Self.answer(network, otherHosts: rule) } catch {
                await network.remove()
                throw error
            }
            await network.remove()
        }
    }

    private static func answer(_ network: Network, otherHosts rule: String) async throws {
        let authority = try House.authority.get()
        let file = try network.folder.write(authority.certificatePEM.utf8, to: "authority.pem")
        let name = "reports.enphaseenergy.com"
        let reports = try await Cloud.start(address: Network.reports, port: 443, identity: try authority.issue(dnsNames: [name]))
        let home = try await Cloud.start(address: Network.home, port: 443, identity: try authority.issue(dnsNames: ["home.example.test"]))
        let proxy = try await Proxy.start(
            network.folder.file("data"), ["--upstream-ca", file.path(percentEncoded: false), "--cloud", "answer", "--other-hosts", rule],
            address: "0.0.0.0", wrapper: ["ip", "netns", "exec", network.interceptor])
        defer { proxy.program.send(SIGKILL) }
        try await network.redirect(443, to: proxy.port)
        #expect(try await network.post("https://home.example.test/1", at: Network.home) == (rule == "forward" ? "200" : "503"))
        #expect(home.requestCount == (rule == "forward" ? 1 : 0))
        // What curl posts is no report, and so has no answer; but it goes nowhere.
        #expect(try await network.post("https://\(name)/2", at: Network.reports) == "503")
        #expect(reports.requestCount == 0)
        #expect(try await proxy.awaited(2, "request").count == 2, "all of it is captured")
        if rule == "block" { #expect(await proxy.logs("captured; nothing goes to other hosts")) }
        for cloud in [reports, home] { await cloud.stop() }
        #expect(await proxy.stop() == 0)
    }

    private static func tell(_ network: Network) async throws {
        let authority = try House.authority.get()
        let file = try network.folder.write(authority.certificatePEM.utf8, to: "authority.pem")
        let reports = try await Cloud.start(
            address: Network.reports, port: 443,
            identity: try authority.issue(dnsNames: ["reports.example.test"], ipAddresses: [Network.reports]))
        let home = try await Cloud.start(address: Network.home, port: 443, identity: try authority.issue(dnsNames: ["home.example.test"]))
        let plainHome = try await Cloud.start(address: Network.home, port: 80, identity: nil)
        let proxy = try await Proxy.start(
            network.folder.file("data"), ["--upstream", "https://\(Network.reports)", "--upstream-ca", file.path(percentEncoded: false)],
            address: "0.0.0.0", wrapper: ["ip", "netns", "exec", network.interceptor])
        defer { proxy.program.send(SIGKILL) }
        try await network.redirect(443, to: proxy.port)
        try await network.redirect(80, to: proxy.plainPort)

        #expect(try await network.post("https://reports.example.test/1", at: Network.reports) == "200")
        #expect(reports.requests.map(\.requestLine) == ["POST /1 HTTP/1.1"] && home.requestCount == 0)

        #expect(try await network.post("https://home.example.test/2", at: Network.home) == "200")
        #expect(home.requests.map(\.requestLine) == ["POST /2 HTTP/1.1"] && reports.requestCount == 1, "home. is never sent to reports.")

        #expect(try await network.post("http://home.example.test/3", at: Network.home) == "200")
        #expect(plainHome.requests.map(\.requestLine) == ["POST /3 HTTP/1.1"])

        // The device's own destination has to prove the name that the request gives.
        #expect(try await network.post("https://reports.example.test/4", at: Network.home) == "502")
        #expect(try await network.post("https://nobody.example.test/5", at: Network.reports) == "502")
        #expect(try await network.post("https://\(Network.home)/6", at: Network.home) == "502", "an address is no name to check")
        #expect(home.requestCount == 1 && reports.requestCount == 1 && plainHome.requestCount == 1)

        // Our own addresses, redirected or not: to the configured cloud, whose name is checked.
        for (number, address) in [(7, Network.ownInside), (8, Network.ownOutside)] {
            #expect(try await network.post("https://own.example.test/\(number)", at: address) == "200")
        }
        #expect(try await network.post("https://own.example.test:\(proxy.port)/9", at: Network.ownInside, port: proxy.port) == "200")
        #expect(reports.requests.map(\.requestLine).suffix(3) == ["POST /7 HTTP/1.1", "POST /8 HTTP/1.1", "POST /9 HTTP/1.1"])
        #expect(home.requestCount == 1)

        #expect(try await proxy.awaited(9, "response").count == 9)
        #expect(try await proxy.awaited(9, "request").count == 9, "all of it is captured")
        for cloud in [reports, home, plainHome] { await cloud.stop() }
        #expect(await proxy.stop() == 0)
    }
}

/// A device and an interceptor in network namespaces of their own, and two hosts of a cloud at addresses of this one.
struct Network: Sendable {
    static let reports = "10.213.1.10"
    static let home = "10.213.1.11"
    static let ownInside = "10.213.0.1"
    static let ownOutside = "10.213.1.1"

    let folder: TemporaryFolder
    let device: String
    let interceptor: String
    private let link: String

    /// What this machine lacks for it.
    static let missing: [String] = {
        if geteuid() != 0 { return ["not root"] }
        let tools = ["ip", "nft", "curl"].filter { !Program.isInstalled($0) }
        if !tools.isEmpty { return tools }
        // Of a name of its own, and removed whatever happened: a test run that was killed is in no other's way.
        LeftNamespaces.remove(named: ["hgn", "hg-d", "hg-i"])
        let name = "hgn\(ProcessInfo.processInfo.processIdentifier)"
        let works = ["ip netns add \(name)", "ip netns exec \(name) nft add table ip nat"].allSatisfy(runs)
        _ = runs("ip netns delete \(name)")
        return works ? [] : ["the system allows no namespaces or no nftables"]
    }()

    static func made() async throws -> Network {
        let number = ProcessInfo.processInfo.processIdentifier
        let network = Network(folder: try TemporaryFolder(), device: "hg-d\(number)", interceptor: "hg-i\(number)", link: "hgc\(number)")
        let (device, interceptor, link) = (network.device, network.interceptor, network.link)
        for command in [
            "ip netns add \(device)", "ip netns add \(interceptor)",
            "ip link add inside netns \(interceptor) type veth peer name eth0 netns \(device)",
            "ip link add outside netns \(interceptor) type veth peer name \(link)",
            "ip -n \(device) address add 10.213.0.2/24 dev eth0", "ip -n \(device) link set eth0 up", "ip -n \(device) link set lo up",
            "ip -n \(device) route add default via \(ownInside)",
            "ip -n \(interceptor) address add \(ownInside)/24 dev inside", "ip -n \(interceptor) link set inside up",
            "ip -n \(interceptor) address add \(ownOutside)/24 dev outside", "ip -n \(interceptor) link set outside up",
            "ip -n \(interceptor) link set lo up",
            "ip address add \(reports)/24 dev \(link)", "ip address add \(home)/24 dev \(link)", "ip link set \(link) up",
            "ip netns exec \(interceptor) nft add table ip nat",
            "ip netns exec \(interceptor) nft add chain ip nat prerouting { type nat hook prerouting priority -100 ; }",
        ] {
            let result = try await run(command)
            guard result.status == 0 else {
                await network.remove()
                throw Failed(command: command, reason: result.errors)
            }
        }
        return network
    }

    func redirect(_ port: Int, to target: Int) async throws {
        let command = "ip netns exec \(interceptor) nft add rule ip nat prerouting iifname inside tcp dport \(port) redirect to :\(target)"
        let result = try await Self.run(command)
        guard result.status == 0 else { throw Failed(command: command, reason: result.errors) }
    }

    /// Posts from the device to an address, and returns the status that it hears.
    func post(_ url: String, at address: String, port: Int? = nil) async throws -> String {
        let scheme = port ?? (url.hasPrefix("https") ? 443 : 80)
        let host = URL(string: url)?.host() ?? ""
        let result = try await Program.run(
            "ip",
            ["netns", "exec", device, "curl", "-sS", "-k", "--max-time", "20", "--resolve", "\(host):\(scheme):\(address)"]
                + ["-d", "x=1", "-o", "/dev/null", "-w", "%{http_code}", url])
        return result.text
    }

    func remove() async {
        // What is not there can't be removed.
        for command in ["ip netns delete \(device)", "ip netns delete \(interceptor)", "ip link delete \(link)"] {
            _ = try? await Self.run(command)
        }
    }

    struct Failed: Error { var command: String, reason: String }

    private static func run(_ command: String) async throws -> Program.Finished {
        let words = command.split(separator: " ").map(String.init)
        return try await Program.run(words[0], Array(words.dropFirst()))
    }

    private static func runs(_ command: String) -> Bool {
        Program.succeeds("/bin/sh", ["-c", "PATH=$PATH:/usr/sbin:/sbin; \(command)"])
    }
}
