import Testing

@testable import heliograph

@Suite struct QuantityTests {
    @Test(arguments: ["0", "1", "1023", "1KiB", "64KiB", "32MiB", "1GiB", "1025KiB"])
    func `a size that is printed reads as it was written`(_ text: String) throws {
        #expect(try #require(ByteSize(text)).description == text)
    }

    @Test(arguments: [("65536", 65_536), ("64KiB", 65_536), ("64 kib", 65_536), ("7B", 7), ("2MIB", 2_097_152)])
    func `a size counts bytes`(_ text: String, _ bytes: Int) throws {
        #expect(try #require(ByteSize(text)).bytes == bytes)
    }

    @Test(arguments: ["", "KiB", "-1", "1.5MiB", "1kB", "64K", "９KiB", "9223372036854775807KiB", "99999999999999999999"])
    func `what is no size is refused`(_ text: String) {
        #expect(ByteSize(text) == nil)
    }

    @Test(arguments: ["0s", "500ms", "1s", "30s", "90s", "5m", "2h", "3d"])
    func `a duration that is printed reads as it was written`(_ text: String) throws {
        #expect(try #require(HumanDuration(text)).description == text)
    }

    @Test func `any number of milliseconds survives printing and reading`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            let duration = HumanDuration(milliseconds: .random(in: 0...1_000_000_000, using: &random))
            #expect(HumanDuration(duration.description) == duration)
        }
    }

    @Test func `durations are exact in the standard library's type`() throws {
        #expect(try #require(HumanDuration("500ms")).duration == .milliseconds(500))
        #expect(try #require(HumanDuration("2h")).duration == .seconds(7200))
    }

    @Test(arguments: ["", "30", "s", "-5s", "1.5h", "5min", "5M", "1h30m", "9223372036854775807d"])
    func `what is no duration is refused`(_ text: String) {
        #expect(HumanDuration(text) == nil)
    }
}
