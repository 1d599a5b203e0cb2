import Testing

@testable import Capture

@Suite("Who may connect")
struct AccessPolicyTests {
    private static func admits(_ address: String, _ devices: [String] = []) throws -> Bool {
        AccessPolicy(devices: try devices.map { try #require(IPAddress($0)) }).admits(try #require(IPAddress(address)))
    }

    @Test(
        "By default private and link-local addresses, and this machine",
        arguments: [
            "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.7.7", "127.0.0.1", "::1", "fe80::1",
            "febf::1", "fc00::1", "fdff::1",
            "::ffff:192.168.0.1",
        ])
    func near(address: String) throws { #expect(try Self.admits(address)) }

    @Test(
        "And nobody else",
        arguments: [
            "9.255.255.255", "11.0.0.1", "172.15.255.255", "172.32.0.1", "192.167.1.1", "192.169.1.1", "169.253.0.1", "8.8.8.8", "0.0.0.0",
            "100.64.0.1", "::", "2001:db8::1",
            "fec0::1", "fe00::1", "ff02::1", "::2", "::ffff:8.8.8.8",
        ])
    func far(address: String) throws { #expect(try !Self.admits(address)) }

    @Test("Where devices are named, only these, wherever they are")
    func named() throws {
        let devices = ["192.168.1.20", "203.0.113.5", "fe80::20"]
        for device in devices + ["::ffff:192.168.1.20"] { #expect(try Self.admits(device, devices)) }
        for other in ["192.168.1.21", "127.0.0.1", "::1", "203.0.113.6"] { #expect(try !Self.admits(other, devices)) }
    }
}
