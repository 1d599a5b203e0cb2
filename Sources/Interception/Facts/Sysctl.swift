/// A setting of the kernel, by its path below `/proc/sys` (sysctl(8)).
public struct Sysctl: Hashable, Sendable, Codable {
    /// As in `net/ipv4/conf/eth0/forwarding`: with slashes, since an interface's name may hold points.
    public var path: String

    public init(_ path: String) { self.path = path }

    /// Whether packets that come in through an interface may be passed on. Changes that one alone, whereas
    /// `net.ipv4.ip_forward` changes every interface and resets others' settings with it (ip-sysctl of the kernel's documentation).
    public static func forwarding(_ interface: String) -> Sysctl { Sysctl("net/ipv4/conf/\(interface)/forwarding") }

    /// Whether the kernel tells a sender of a shorter way round this machine. Off only where both the interface's and `all` are.
    public static func sendRedirects(_ interface: String) -> Sysctl { Sysctl("net/ipv4/conf/\(interface)/send_redirects") }

    public static let ipForward = Sysctl("net/ipv4/ip_forward")

    /// The name as sysctl(8) takes it.
    public var name: String { path.contains(".") ? path : path.split(separator: "/").joined(separator: ".") }

    public init(from decoder: any Decoder) throws { path = try decoder.singleValueContainer().decode(String.self) }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(path)
    }
}
