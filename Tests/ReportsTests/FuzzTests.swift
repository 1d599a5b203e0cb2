import Foundation
import Reports
import Testing

@Suite("Bytes from anywhere")
struct FuzzTests {
    /// Two seconds, unless HELIOGRAPH_FUZZ_SECONDS says otherwise.
    static let seconds = ProcessInfo.processInfo.environment["HELIOGRAPH_FUZZ_SECONDS"].flatMap(Double.init) ?? 2

    @Test("never crash, hang or pile up memory, however they are changed")
    func fuzz() throws {
        let seed = UInt64(Date.now.timeIntervalSince1970)
        print("fuzzing for \(Self.seconds) s from seed \(seed)")
        var random = Seeded(state: seed)
        let clock = ContinuousClock()
        let start = clock.now
        var (rounds, slowest, memory) = (0, Duration.zero, 0)
        while clock.now - start < .seconds(Self.seconds) {
            var made = MadeUpReport(random: random, oddPercent: 20)
            var body = made.xml()
            random = made.random
            body = mutate(body, times: Int.random(in: 0...6, using: &random), &random)
            let started = clock.now
            _ = try? Report.decode(xml: body)
            _ = try? Reply.decode(xml: body)
            body = bytes("a=b&body=") + percentEncoded(Array(body.prefix(2_000)))
            let compression = [Compression.zlib, .gzip, .rawDeflate].randomElement(using: &random) ?? .zlib
            body = mutate(deflated(body, as: compression), times: Int.random(in: 0...3, using: &random), &random)
            if let decoded = try? ReportBody(decoding: body, limitBytes: 1 << 20) {
                _ = try? Report.decode(xml: decoded.xml)
            }
            _ = try? CapturedRequest(body)
            slowest = max(slowest, clock.now - started)
            rounds += 1
            if rounds == 50 { memory = residentKilobytes() }
        }
        #expect(rounds > 0)
        #expect(slowest < .seconds(5))
        // Other tests run beside this one and have their share of the growth.
        if memory > 0 { #expect(residentKilobytes() - memory < 400_000) }
        print("fuzzed \(rounds) rounds, the slowest \(slowest), memory now \(residentKilobytes()) kB after \(memory) kB")
    }

    /// The resident memory of this process, by Linux's account; 0 elsewhere.
    private func residentKilobytes() -> Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
}
