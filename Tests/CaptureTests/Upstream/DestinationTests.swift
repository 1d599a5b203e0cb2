import NIOCore
import Testing

@testable import Capture

@Suite("Where a request goes")
struct DestinationTests {
    private static let cloud = Upstream(host: "reports.enphaseenergy.com", port: 443)

    private static func destination(_ original: String?, host: String?, isPlain: Bool = false, upstream: Upstream = cloud) throws -> Result<
        Destination, UpstreamFailure
    > {
        Destination.of(
            original: try original.map { try SocketAddress(ipAddress: $0, port: 443) }, host: host, isPlain: isPlain, upstream: upstream)
    }

    @Test(
        "Without a redirection to the configured cloud, whatever the request says", arguments: [nil, "home.enphaseenergy.com", "localhost"])
    func configured(host: String?) throws {
        let expected = Destination(place: .named(Self.cloud), name: "reports.enphaseenergy.com")
        for isPlain in [false, true] { #expect(try Self.destination(nil, host: host, isPlain: isPlain) == .success(expected)) }
    }

    @Test("A cloud that is named by its address proves that address", arguments: ["192.0.2.1", "2001:db8::1"])
    func address(host: String) throws {
        let upstream = Upstream(host: host, port: 443)
        #expect(try Self.destination(nil, host: "x", upstream: upstream) == .success(Destination(place: .named(upstream), name: nil)))
    }

    @Test("With one to where the device was going, which has to prove the request's name")
    func original() throws {
        let place = Destination.Place.original(try SocketAddress(ipAddress: "192.0.2.7", port: 443))
        #expect(
            try Self.destination("192.0.2.7", host: "home.enphaseenergy.com")
                == .success(Destination(place: place, name: "home.enphaseenergy.com")))
        #expect(try Self.destination("192.0.2.7", host: nil) == .failure(.nameless))
        #expect(
            try Self.destination("192.0.2.7", host: nil, isPlain: true) == .success(Destination(place: place, name: nil, isPlain: true)))
    }
}
