/// What a person wants of the gateway.
public struct GatewayWish: Sendable, Equatable, Codable {
    /// A TCP port of the cloud, and the port of this machine where its connections go instead.
    public struct Redirection: Hashable, Sendable, Codable {
        public var from: Int
        public var to: Int

        public init(from: Int, to: Int) { (self.from, self.to) = (from, to) }
    }

    /// Which program keeps the rules.
    public enum Tool: String, Sendable, Codable, CaseIterable {
        case nft, iptables
    }

    public var envoys: [IPv4Address]
    /// The interface on which the Envoys are; nil to find it by their addresses.
    public var interface: String?
    public var redirections: [Redirection]
    /// Where what the Envoys send elsewhere is blocked, but for names and time: the TCP ports that pass all the same. nil where nothing is blocked.
    public var openPorts: [Int]?
    /// nil for nft, and iptables only where that is missing.
    public var tool: Tool?

    public init(envoys: [IPv4Address], interface: String? = nil, redirections: [Redirection], openPorts: [Int]? = nil, tool: Tool? = nil) {
        (self.envoys, self.interface, self.redirections, self.openPorts, self.tool) = (envoys, interface, redirections, openPorts, tool)
    }
}
