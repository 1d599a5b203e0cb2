import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Takes requests only under a name or address that is ours.
///
/// A page of another site can give its own name this machine's address, and its scripts would then be let in by the browser (DNS
/// rebinding). They come with that name; an address can't be borrowed so, and neither can names that we know as ours.
struct HostCheck: RouterMiddleware {
    private let names: Set<String>

    init(names: [String], ownName: String = ProcessInfo.processInfo.hostName) {
        let own = ownName.lowercased()
        self.names = Set(["localhost", own, "\(own).local"] + names.map { $0.lowercased() })
    }

    func handle(
        _ request: Request, context: DashboardContext, next: (Request, DashboardContext) async throws -> Response
    ) async throws -> Response {
        guard let authority = request.head.authority, admits(authority) else {
            throw Refused(
                HTTPResponse.Status(code: 421, reasonPhrase: "Misdirected Request"), "this is not served under that name",
                hint: "ask by address, or name the host in dashboard.names")
        }
        return try await next(request, context)
    }

    /// Whether a `Host` header names us.
    func admits(_ authority: String) -> Bool {
        guard let host = Self.host(of: authority) else { return false }
        // Where it is no address, it must be one of our names.
        return (try? SocketAddress(ipAddress: host, port: 0)) != nil || names.contains(host.hasSuffix(".") ? String(host.dropLast()) : host)
    }

    /// The host without its port and brackets, in lower case; nil where it is written otherwise.
    static func host(of authority: String) -> String? {
        var host = authority.lowercased()[...]
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return nil }
            let rest = host[host.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") && rest.dropFirst().allSatisfy(\.isNumber) else { return nil }
            return String(host.dropFirst().prefix(upTo: end))
        }
        if let colon = host.lastIndex(of: ":") {
            guard host[host.index(after: colon)...].allSatisfy(\.isNumber) else { return nil }
            host = host[..<colon]
        }
        return host.isEmpty || host.contains(":") ? nil : String(host)
    }
}
