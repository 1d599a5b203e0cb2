import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The names and addresses that a certificate is for.
public struct CertificateNames: Equatable, Sendable {
    /// The common name: the host name, or `heliograph` where that is empty, longer than 64 characters or not ASCII.
    public let commonName: String
    /// Without repetitions: the host name, `localhost`, and the name that Envoys ask for.
    public let dnsNames: [String]
    /// Without repetitions: the given ones and the two loopback addresses.
    public let addresses: [IPAddress]

    /// - Parameters:
    ///   - hostName: This machine's name; one that can't stand in a certificate is left out.
    ///   - addresses: This machine's addresses.
    public init(hostName: String, addresses: [IPAddress]) {
        let usable =
            (1...64).contains(hostName.utf8.count)
            && hostName.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        commonName = usable ? hostName : "heliograph"
        dnsNames = Self.unique([commonName, "localhost", "reports.enphaseenergy.com"])
        self.addresses = Self.unique(addresses + ["127.0.0.1", "::1"].compactMap(IPAddress.init))
    }

    /// The names of this machine as it is now: its host name and the addresses of all its interfaces.
    public static func ofThisMachine() -> CertificateNames {
        // Without a list of interfaces the certificate still serves: Envoys connect to a name.
        let devices = (try? System.enumerateDevices()) ?? []
        return CertificateNames(hostName: hostName(), addresses: devices.compactMap { $0.address.flatMap { IPAddress($0) } })
    }

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func unique<Element: Hashable>(_ elements: [Element]) -> [Element] {
        var seen: Set<Element> = []
        return elements.filter { seen.insert($0).inserted }
    }
}
