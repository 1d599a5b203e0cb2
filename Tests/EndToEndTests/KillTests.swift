import Foundation
import Simulator
import TestSupport
import Testing

/// `HELIOGRAPH_KILLS` and `HELIOGRAPH_KILL_SECONDS` ask for more than the defaults; `HELIOGRAPH_SEED` for the same again.
@Suite("Killed at any moment, it leaves whole files or none", .timeLimit(.minutes(10)))
struct KillTests {
    @Test("What the Envoy saw answered, and what reached the cloud, is whole on disk after each kill -9")
    func killedUnderLoad() async throws { try await seated { try await Self.killAgainAndAgain() } }

    private static func killAgainAndAgain() async throws {
        let settings = ProcessInfo.processInfo.environment
        let rounds = settings["HELIOGRAPH_KILLS"].flatMap { Int($0) } ?? 200
        let end = ContinuousClock.now + .seconds(settings["HELIOGRAPH_KILL_SECONDS"].flatMap { Double($0) } ?? 160)
        let seed = SeededRandom.seed()
        var random = SeededRandom(seed)

        let folder = try TemporaryFolder()
        let authority = try folder.write(try House.authority.get().certificatePEM.utf8, to: "authority.pem")
        var known: Set<String> = []
        var (next, kills, answered, received, cutOff, unfinished) = (0, 0, 0, 0, 0, 0)
        while kills < rounds, ContinuousClock.now < end {
            let cloud = try await Cloud.start(identity: try House.identity.get(), keeping: 100_000)
            let proxy = try await Proxy.start(folder.file("data"), House.flags(cloud, authority))
            #expect(proxy.partialNames == [], "the start cleans up")
            #expect(Self.withoutReply(proxy) == [], "the start says of each cut-off request that there is no reply")

            let load = Load(from: next, seed: seed)
            async let posting: Void = load.run(against: proxy.port)
            // Where in the work it strikes is what the test is about: after some answers, and a moment more or less.
            let answers = Int.random(in: 0...8, using: &random)
            _ = try await eventually(within: .seconds(5)) { load.answered.count >= answers }
            try await Task.sleep(for: .microseconds(Int.random(in: 0...40_000, using: &random)))
            proxy.program.send(SIGKILL)
            let status = await proxy.program.end()
            try await posting
            try #require(status == 128 + SIGKILL, "it ended by itself; round \(kills), seed \(seed): \(proxy.program.errors.value.text)")

            let left = try Aftermath(of: proxy.spool, sent: load.sent, except: known)
            try #require(left.faults == [], "round \(kills), seed \(seed)")
            let lost = load.answered.filter { $0.value.status / 100 == 2 && left.requests[$0.key] == nil }.keys
            try #require(lost.isEmpty, "answered, but not on disk; round \(kills), seed \(seed)")
            for request in cloud.requests {
                if let number = NumberedRequest.number(of: request.bytes) {
                    try #require(left.requests[number] != nil, "reached the cloud, but is not on disk; round \(kills), seed \(seed)")
                }
            }
            next = load.next
            kills += 1
            answered += load.answered.count
            received += cloud.requestCount
            cutOff += Self.withoutReply(proxy).count
            unfinished += proxy.partialNames.count
            await cloud.stop()
            known = Set(proxy.stems)
        }
        print(
            "seed \(seed): \(kills) kills, \(next) requests sent, \(answered) answered, \(received) reached the cloud;",
            "the kills left \(cutOff) requests without a reply and \(unfinished) unfinished files")
        #expect(kills >= min(rounds, 20), "so few kills show little")
        #expect(answered > kills / 2 && cutOff > 0, "the kills fell outside of the load")
    }

    private static func withoutReply(_ proxy: Proxy) -> [String] {
        let names = Set(proxy.finalNames)
        return names.filter { $0.hasSuffix(".request") && !names.contains($0.replacing(".request", with: ".response")) }.sorted()
    }
}
