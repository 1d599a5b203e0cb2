/// The second way to an Envoy's reports, for those who can't set its gateway: its name server answers the cloud's name with this
/// machine's address, and this machine listens on port 443.
public struct NameWay: Sendable, Equatable {
    public let findings: [Finding]
    public var isHealthy: Bool { !findings.contains { $0.verdict == .wrong } }

    /// - Parameters:
    ///   - cloud: The cloud's name.
    ///   - answered: What the Envoy's name server says; nil where nobody named one.
    ///   - resolved: What this machine itself finds.
    ///   - service: Whether `heliograph run` answers, and where it listens.
    public init(
        cloud: String, machine: MachineFacts, answered: Result<[IPv4Address], InterceptionError>?, resolved: [String],
        service: DoctorFacts.Service
    ) {
        let own = machine.interfaces.flatMap(\.addresses).map(\.address)
        let address = own.first.map { "\($0)" } ?? "ADDRESS"
        findings = [
            Self.override(cloud, own, address, answered),
            Self.port(machine, service),
            Self.upstream(cloud, own.map(\.description) + ["127.0.0.1"], resolved),
        ]
    }

    /// Where a machine's name server is set so that it stays.
    static let howToAsk =
        "set where its network is (nmcli, dhcpcd.conf, netplan): DHCP overwrites /etc/resolv.conf; docs/gateway.md shows how"

    private static func port(_ machine: MachineFacts, _ service: DoctorFacts.Service) -> Finding {
        let step = "port 443"
        guard machine.listeningPorts.contains(443) else {
            return .wrong(
                step, "nothing listens for other machines",
                cure: "set listen to 0.0.0.0:443, then sudo heliograph install, which grants the port")
        }
        guard !PortOwner.isOther(443, service, isTLS: true) else {
            return .wrong(step, "another program than heliograph's service listens", cure: PortOwner.cure(443))
        }
        return .right(step, service == .unknown ? "something listens; root may see whether it is heliograph" : "heliograph listens")
    }

    private static func override(
        _ cloud: String, _ own: [IPv4Address], _ address: String, _ answered: Result<[IPv4Address], InterceptionError>?
    ) -> Finding {
        let step = "override"
        switch answered {
        case nil: return .unknown(step, "nobody said which name server the Envoy asks", cure: "name it with --server, often your router")
        case .failure(let error): return .wrong(step, "\(error)", cure: "is that the name server's address?")
        case .success(let addresses) where addresses.contains(where: own.contains):
            return .right(step, "\(cloud) is this machine for the Envoy")
        case .success(let addresses):
            let now = addresses.isEmpty ? "unknown there" : addresses.map(\.description).joined(separator: ", ")
            return .wrong(
                step, "\(cloud) is \(now), not this machine",
                cure: "have that server answer \(address); in dnsmasq or Pi-hole: address=/\(cloud)/\(address)")
        }
    }

    private static func upstream(_ cloud: String, _ own: [String], _ resolved: [String]) -> Finding {
        let step = "upstream"
        guard !resolved.isEmpty else {
            return .wrong(step, "\(cloud) can't be resolved here", cure: "check the name server that it asks, \(Self.howToAsk)")
        }
        guard Set(own).isDisjoint(with: resolved) else {
            return .wrong(
                step, "\(cloud) is this machine here, too: reports would go in a circle",
                cure: "let this machine ask a server without the override, \(Self.howToAsk)")
        }
        return .right(step, "\(cloud) is \(resolved.joined(separator: ", ")) here")
    }
}
