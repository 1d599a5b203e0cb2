import Capture

/// An address of this machine and a TCP port, as in `0.0.0.0:4430` or `[::]:4430`.
struct ListenAddress: Hashable, Sendable {
    var address: IPAddress
    /// 0 to 65535; 0 lets the system choose a free one.
    var port: Int

    /// Reads `ADDRESS:PORT`, an IPv6 address in brackets.
    /// - Returns: nil for anything else, host names among it.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Port(text[text.index(after: colon)...], from: 0) else { return nil }
        var host = text[..<colon]
        let bracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if bracketed { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(String(host)), bracketed != (address.isIPv4 && !host.contains(":")) else { return nil }
        self.address = address
        self.port = port.number
    }
}

extension ListenAddress: CustomStringConvertible {
    var description: String { address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
}

/// A TCP port written in decimal digits.
struct Port {
    var number: Int

    /// - Returns: nil unless `text` is one to five digits naming a port from `lowest` to 65535.
    init?(_ text: Substring, from lowest: Int) {
        guard !text.isEmpty, text.count <= 5, text.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(text) else { return nil }
        guard (lowest...65535).contains(number) else { return nil }
        self.number = number
    }
}
