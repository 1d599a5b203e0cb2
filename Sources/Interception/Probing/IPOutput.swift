import Foundation

/// What `ip -j` prints (ip(8) of iproute2).
enum IPOutput {
    private struct Link: Decodable {
        struct Address: Decodable {
            var family: String?
            var local: String?
            var prefixlen: Int?
        }
        var ifname: String?
        var addr_info: [Address]?
    }
    private struct Route: Decodable {
        var dev: String?
        var metric: Int?
    }

    /// Interfaces with their IPv4 addresses, the loopback one left out.
    static func interfaces(_ json: String) throws(InterceptionError) -> [MachineFacts.Interface] {
        try decode([Link].self, json, "ip address").compactMap { link in
            guard let name = link.ifname, name != "lo" else { return nil }
            let addresses = (link.addr_info ?? []).compactMap { info -> InterfaceAddress? in
                guard info.family == "inet", let address = info.local.flatMap({ IPv4Address($0) }), let length = info.prefixlen else {
                    return nil
                }
                return InterfaceAddress(address, prefixLength: length)
            }
            return MachineFacts.Interface(name, addresses)
        }
    }

    /// The interface of the default route that the kernel prefers.
    static func defaultInterface(_ json: String) throws(InterceptionError) -> String? {
        try decode([Route].self, json, "ip route").filter { $0.dev != nil }.min { ($0.metric ?? 0) < ($1.metric ?? 0) }?.dev
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ json: String, _ command: String) throws(InterceptionError) -> Value {
        // ip prints nothing at all where there is nothing to tell.
        let text = json.allSatisfy(\.isWhitespace) ? "[]" : json
        do { return try JSONDecoder().decode(type, from: Data(text.utf8)) } catch {
            throw .notRead("what \(command) prints", reason: "\(error)")
        }
    }
}
