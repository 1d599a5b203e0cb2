import Logging
import Testing

@testable import heliograph

struct LineLogHandlerTests {
    @Test func `an event is one line: prefix, level, message, facts in order`() {
        let line = LineLogHandler.line(
            prefix: "2026-06-21T12:00:00+0200", level: .info, message: "forwarded", facts: ["status": "200", "envoy": "192.168.1.100"])
        #expect(line == "2026-06-21T12:00:00+0200 info forwarded envoy=192.168.1.100 status=200\n")
    }

    @Test func `in the journal the level's number takes the place of the time`() {
        #expect(LineLogHandler.line(prefix: "<4>", level: .warning, message: "late", facts: [:]) == "<4>warning late\n")
    }

    @Test func `nothing that comes from outside breaks the line or reaches the terminal as a command`() {
        let line = LineLogHandler.line(prefix: "t", level: .info, message: "m", facts: ["reason": "a b\n\u{1b}[2J\"\\", "empty": ""])
        #expect(line == "t info m empty=\"\" reason=\"a b\\n\\u{1B}[2J\\\"\\\\\"\n")
    }
}
