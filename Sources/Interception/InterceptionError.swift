/// Why the network could not be looked at or changed: what failed, on what, and the reason.
public enum InterceptionError: Error, Sendable, Equatable {
    case noEnvoy
    /// None of our networks holds the Envoy's address.
    case envoyNotNear(IPv4Address)
    case noSuchInterface(String, known: [String])
    /// An Envoy that is on another interface than the others, or has this machine's own address.
    case envoyElsewhere(IPv4Address, interface: String)
    case envoyIsThisMachine(IPv4Address)
    case noDefaultRoute
    case noTool
    case sysctlMissing(Sysctl)
    case toolMissing(String)
    case commandFailed(String, reason: String)
    case notRead(String, reason: String)
    case notWritten(String, reason: String)
    /// An action failed, and what had been done before it was taken back; `left` names what could not be.
    case rolledBack(Action, reason: String, left: [String])
    /// What `down` could not take back.
    case notUndone([String])
}

extension InterceptionError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noEnvoy: "no Envoy is named"
        case .envoyNotNear(let address): "no network of this machine holds the Envoy's address \(address)"
        case .noSuchInterface(let name, let known):
            "there is no interface \(name) with an address; there are \(known.joined(separator: ", "))"
        case .envoyElsewhere(let address, let interface): "the Envoy \(address) is not in the network of \(interface)"
        case .envoyIsThisMachine(let address): "\(address) is an address of this machine, not of an Envoy"
        case .noDefaultRoute: "this machine has no default route"
        case .noTool: "neither nft nor iptables is installed"
        case .sysctlMissing(let sysctl): "the kernel has no setting \(sysctl.name)"
        case .toolMissing(let name): "the program \(name) is not installed"
        case .commandFailed(let command, let reason): "\(command) failed: \(reason)"
        case .notRead(let subject, let reason): "can't read \(subject): \(reason)"
        case .notWritten(let subject, let reason): "can't write \(subject): \(reason)"
        case .rolledBack(let action, let reason, let left):
            "\(action.firstLine) failed: \(reason); "
                + (left.isEmpty ? "everything is as it was before" : "could not take back: \(left.joined(separator: "; "))")
        case .notUndone(let left): "could not take back: \(left.joined(separator: "; "))"
        }
    }

    /// What to try next; nil where nothing useful can be said.
    public var hint: String? {
        switch self {
        case .noEnvoy: "name it with --envoy, or as envoy in the settings"
        case .envoyNotNear: "check the address, or name the interface that the Envoy is on with --interface"
        case .noSuchInterface, .envoyElsewhere: "ip address shows interfaces and their networks"
        case .envoyIsThisMachine: "the Envoy's address is on its display, or in your router's list of devices"
        case .noDefaultRoute: "connect this machine to your router first; ip route shows the routes"
        case .noTool: "install the package nftables"
        case .toolMissing("ip"): "install the package iproute2"
        case .toolMissing(let name): "install \(name)"
        case .sysctlMissing: "is /proc mounted, and IPv4 on?"
        case .commandFailed(let command, _) where command.hasPrefix("systemctl "):
            "journalctl -u heliograph -u heliograph-gateway tells why"
        case .commandFailed, .notRead, .notWritten, .rolledBack: "this needs root, and in a container the capability NET_ADMIN"
        case .notUndone: "mend what is named, and run heliograph gateway down again"
        }
    }
}

extension Action {
    /// The command without its input.
    public var firstLine: String { String(description.prefix { $0 != "\n" }) }
}
