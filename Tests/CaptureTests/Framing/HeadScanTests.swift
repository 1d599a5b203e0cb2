import NIOCore
import Testing

@testable import Capture

@Suite("The search for the end of a head")
struct HeadScanTests {
    private static func scan(_ text: String, strict: Bool = true) -> Result<Int?, FramingViolation> {
        var scanned = 0
        return HeadScan.end(of: ByteBuffer(string: text).readableBytesView, from: &scanned, strict: strict)
    }

    @Test("It ends with the empty line, whatever follows")
    func end() {
        #expect(Self.scan("GET / HTTP/1.1\r\n\r\n") == .success(18))
        #expect(Self.scan("GET / HTTP/1.1\r\nA: b\r\n\r\nbody\r\n\r\n") == .success(24))
        #expect(Self.scan("\r\n") == .success(2))
    }

    @Test(
        "Without the empty line it has not ended",
        arguments: ["", "G", "GET / HTTP/1.1", "GET / HTTP/1.1\r", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nA: b\r\n\r"])
    func open(text: String) { #expect(Self.scan(text) == .success(nil)) }

    @Test(
        "A request's head holds no bare line feed, no NUL, no continued line",
        arguments: [
            ("GET / HTTP/1.1\n\n", FramingViolation.Rule.bareLineFeed), ("GET / HTTP/1.1\r\nA: b\n\r\n", .bareLineFeed),
            ("GET / HTTP/1.1\r\nA: b\r\n\n", .bareLineFeed),
            ("GET /\0 HTTP/1.1\r\n\r\n", .nulByte), ("GET / HTTP/1.1\r\nA: \0\r\n\r\n", .nulByte),
            ("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", .foldedLine),
            ("GET / HTTP/1.1\r\nA: b\r\n\tc\r\n\r\n", .foldedLine), ("GET / HTTP/1.1\r\n A: b\r\n\r\n", .foldedLine),
        ])
    func violations(text: String, rule: FramingViolation.Rule) {
        #expect(Self.scan(text) == .failure(FramingViolation(rule: rule)))
        // A reply's may: what the cloud sends passes.
        if case .failure = Self.scan(text, strict: false) { Issue.record("refused in a reply") }
    }

    @Test("A search that goes on where the last one stopped finds the same")
    func resumed() {
        let text = "GET / HTTP/1.1\r\nA: b\r\nC: d\r\n\r\nbody"
        for first in 0..<24 {
            var scanned = 0
            let start = ByteBuffer(string: String(text.prefix(first)))
            #expect(HeadScan.end(of: start.readableBytesView, from: &scanned, strict: true) == .success(nil))
            #expect(HeadScan.end(of: ByteBuffer(string: text).readableBytesView, from: &scanned, strict: true) == .success(30))
        }
    }
}
