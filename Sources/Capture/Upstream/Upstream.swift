import NIOCore

/// Where requests go that were not on their way to another host: Enphase's cloud, or what the owner named.
public struct Upstream: Sendable, Equatable, CustomStringConvertible {
    /// A DNS name or an IP address.
    public var host: String
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Where Envoys send their reports.
    public static let reportsHost = "reports.enphaseenergy.com"

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Where one connection's requests are to go, and by what name the place must prove itself.
struct Destination: Sendable, Equatable {
    enum Place: Sendable, Equatable {
        /// To be resolved afresh.
        case named(Upstream)
        /// Where the device itself was going before netfilter redirected it to us.
        case original(SocketAddress)
    }
    var place: Place
    /// The name in the place's certificate; nil for a plain connection, or a place that is only an address.
    var name: String?
    var isPlain = false

    /// - Parameters:
    ///   - original: Where the device was going, where netfilter knows it.
    ///   - host: The request's `Host`: believed only as to the name that the device's own destination must prove.
    ///     It never chooses a place.
    ///   - isPlain: Whether the device spoke plain HTTP.
    static func of(original: SocketAddress?, host: String?, isPlain: Bool, upstream: Upstream) -> Result<Destination, UpstreamFailure> {
        guard let original else {
            let isAddress = (try? SocketAddress(ipAddress: upstream.host, port: upstream.port)) != nil
            return .success(Destination(place: .named(upstream), name: isAddress ? nil : upstream.host))
        }
        if isPlain { return .success(Destination(place: .original(original), name: nil, isPlain: true)) }
        guard let host else { return .failure(.nameless) }
        return .success(Destination(place: .original(original), name: host))
    }
}

extension Destination: CustomStringConvertible {
    var description: String {
        switch place {
        case .named(let upstream): upstream.description
        case .original(let address): "\(name ?? "?") at \(address.addressAndPort)"
        }
    }
}
