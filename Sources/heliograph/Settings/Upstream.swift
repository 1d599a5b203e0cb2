import Capture

/// The cloud that requests are forwarded to: always over TLS, so only a host and a port.
struct Upstream: Hashable, Sendable {
    /// A host name in lower case, or an IP address without brackets.
    var host: String
    /// 1 to 65535.
    var port: Int

    /// Reads `https://HOST` or `https://HOST:PORT`, with at most a single `/` behind.
    /// - Returns: nil for another scheme, a user name, a path, a query or an impossible host name: the request's own
    ///   bytes say what is asked of the cloud, so none of that could be honoured.
    init?(_ text: String) {
        let scheme = "https://"
        guard text.lowercased().hasPrefix(scheme) else { return nil }
        var rest = text.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }

        var host = rest
        var port = 443
        if rest.hasPrefix("["), let end = rest.lastIndex(of: "]") {
            host = rest[...end]
        } else if let colon = rest.lastIndex(of: ":") {
            host = rest[..<colon]
        }
        let behind = rest[host.endIndex...]
        if !behind.isEmpty {
            guard behind.hasPrefix(":"), let given = Port(behind.dropFirst(), from: 1) else { return nil }
            port = given.number
        }

        if host.hasPrefix("[") {
            guard let address = IPAddress(String(host.dropFirst().dropLast())) else { return nil }
            self.host = address.description
        } else {
            guard Self.isHostName(host) else { return nil }
            self.host = host.lowercased()
        }
        self.port = port
    }

    /// Whether `name` is labels of letters, digits, `-` and `_` between single dots (IPv4 addresses are, too).
    private static func isHostName(_ name: Substring) -> Bool {
        name.utf8.count <= 253
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count)
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
            }
    }
}

extension Upstream: CustomStringConvertible {
    var description: String {
        let shown = host.contains(":") ? "[\(host)]" : host
        return port == 443 ? "https://\(shown)" : "https://\(shown):\(port)"
    }
}
