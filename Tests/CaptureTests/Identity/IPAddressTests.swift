import NIOCore
import Testing

@testable import Capture

@Suite struct IPAddressTests {
    @Test(arguments: ["0.0.0.0", "192.0.2.7", "255.255.255.255", "::", "::1", "2001:db8::7", "fe80::1"])
    func `an address prints as it was read`(_ text: String) throws {
        #expect(try #require(IPAddress(text)).description == text)
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "256.0.0.1", "[::1]", "fe80::1%eth0", "localhost", "1.2.3.4\u{0}"])
    func `what is no address is refused`(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `an IPv4 address is the same in its IPv6 form`() throws {
        #expect(IPAddress("::ffff:192.0.2.7") == IPAddress("192.0.2.7"))
        #expect(try IPAddress(SocketAddress(ipAddress: "::ffff:192.0.2.7", port: 1)) == IPAddress("192.0.2.7"))
        #expect(try #require(IPAddress("::ffff:192.0.2.7")).isIPv4)
    }

    @Test func `an address of a socket is taken without its port`() throws {
        #expect(try IPAddress(SocketAddress(ipAddress: "2001:db8::7", port: 443)) == IPAddress("2001:db8::7"))
        #expect(try IPAddress(SocketAddress(unixDomainSocketPath: "s")) == nil)
    }

    @Test func `only 4 or 16 bytes are an address`() {
        #expect((0...20).filter { IPAddress(bytes: [UInt8](repeating: 1, count: $0)) != nil } == [4, 16])
    }
}
