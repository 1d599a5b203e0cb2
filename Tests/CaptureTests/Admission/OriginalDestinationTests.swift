import NIOCore
import Testing

@testable import Capture

@Suite("Whether a redirected connection was meant for another host")
struct OriginalDestinationTests {
    private struct NotListed: Error {}

    private static func isForeign(_ place: String, devices: () throws -> [NIONetworkDevice] = { [] }) throws -> Bool {
        try OriginalDestination.isForeign(
            SocketAddress(ipAddress: place, port: 443), to: SocketAddress(ipAddress: "192.0.2.1", port: 4443), devices: devices)
    }

    @Test(
        "Where this machine's addresses can't be listed nobody says that it was meant for this machine",
        arguments: ["192.0.2.7", "2001:db8::7"])
    func notListed(place: String) {
        #expect(throws: NotListed.self) { try Self.isForeign(place, devices: { throw NotListed() }) }
    }

    @Test("What needs no list is told without: where it was accepted, and what is no single host")
    func told() throws {
        for place in ["192.0.2.1", "::ffff:192.0.2.1", "127.0.0.1", "0.0.0.0", "224.0.0.1", "::1", "::", "ff02::1"] {
            #expect(try !Self.isForeign(place, devices: { throw NotListed() }), "\(place)")
        }
    }

    @Test("What is none of this machine's addresses is another host's")
    func foreign() throws {
        #expect(try Self.isForeign("192.0.2.7"))
        #expect(try Self.isForeign("2001:db8::7"))
        #expect(
            try OriginalDestination.isForeign(
                SocketAddress(ipAddress: "192.0.2.7", port: 443), to: SocketAddress(ipAddress: "192.0.2.1", port: 4443)))
    }
}
