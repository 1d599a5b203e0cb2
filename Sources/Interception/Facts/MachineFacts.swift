/// What a machine's network is like now: all that a plan is made from.
public struct MachineFacts: Sendable, Equatable {
    public struct Interface: Sendable, Equatable {
        public var name: String
        public var addresses: [InterfaceAddress]

        public init(_ name: String, _ addresses: [InterfaceAddress]) { (self.name, self.addresses) = (name, addresses) }
    }

    public var interfaces: [Interface] = []
    /// The interface that leads to the Internet; nil where there is no default route.
    public var upstreamInterface: String?
    public var sysctls: [Sysctl: String] = [:]
    /// nil where it may not be read (that needs root).
    public var firewall: Firewall?
    public var hasNFT = false
    public var hasIPTables = false
    /// TCP ports on which some program of this machine listens, for others than itself.
    public var listeningPorts: Set<Int> = []

    public init() {}

    /// The interface in whose network an address is.
    public func interface(reaching address: IPv4Address) -> Interface? {
        interfaces.first { $0.addresses.contains { $0.contains(address) } }
    }

    public func interface(_ name: String) -> Interface? { interfaces.first { $0.name == name } }
}
