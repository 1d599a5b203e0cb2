import Testing

@testable import heliograph

@Suite struct AddressTests {
    @Test(arguments: ["0.0.0.0:4430", "127.0.0.1:0", "[::]:4430", "[fe80::1]:65535"])
    func `an address to listen on reads as it prints`(_ text: String) throws {
        #expect(try #require(ListenAddress(text)).description == text)
    }

    @Test(arguments: [
        "", "4430", ":4430", "0.0.0.0", "0.0.0.0:", "0.0.0.0:65536", "0.0.0.0:+1", "::1:4430", "[127.0.0.1]:1", "localhost:1", "[::]",
        "[:::1",
    ])
    func `what is no address with a port is refused`(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test(arguments: [
        ("https://reports.enphaseenergy.com", "https://reports.enphaseenergy.com"),
        ("HTTPS://Reports.Enphaseenergy.com/", "https://reports.enphaseenergy.com"),
        ("https://127.0.0.1:8443", "https://127.0.0.1:8443"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
        ("https://[2001:DB8::7]", "https://[2001:db8::7]"),
    ])
    func `an upstream is a host and a port`(_ text: String, _ printed: String) throws {
        #expect(try #require(Upstream(text)).description == printed)
    }

    @Test(arguments: [
        "", "reports.enphaseenergy.com", "http://a.example", "https://", "https://user@a.example", "https://a.example/path",
        "https://a.example?q",
        "https://a.example:0", "https://a.example:99999", "https://a..example", "https://[::1", "https://[::1]x", "https://::1",
        "https://a b",
        "https://a.example#f",
    ])
    func `an upstream with anything else is refused`(_ text: String) {
        #expect(Upstream(text) == nil)
    }
}
