import Foundation
import Simulator
import TestSupport
import Testing

/// `HELIOGRAPH_KILLS` and `HELIOGRAPH_KILL_SECONDS` ask for more than the defaults; `HELIOGRAPH_SEED` for the same again.
@Suite("Killed at any moment, it leaves whole files or none", .timeLimit(.minutes(10)))
struct KillTests {
    @Test("What the Envoy saw answered, and what reached the cloud, is whole on disk after each kill -9, and at the end of all")
    func killedUnderLoad() async throws { try await seated { try await Self.killAgainAndAgain([], rounds: 200, seconds: 300) } }

    @Test(
        "What was answered here is whole on disk after each kill -9, with the answer, and the note that the cloud has yet to hear of it",
        arguments: ["answer", "shield"])
    func killedAnswering(mode: String) async throws {
        try await seated { try await Self.killAgainAndAgain(["--cloud", mode], rounds: 25, seconds: 60) }
    }

    private static func killAgainAndAgain(_ flags: [String], rounds: Int, seconds: Double) async throws {
        let settings = ProcessInfo.processInfo.environment
        let rounds = settings["HELIOGRAPH_KILLS"].flatMap { Int($0) } ?? rounds
        let end = ContinuousClock.now + .seconds(settings["HELIOGRAPH_KILL_SECONDS"].flatMap { Double($0) } ?? seconds)
        let seed = SeededRandom.seed()
        var random = SeededRandom(seed)
        let answersHere = !flags.isEmpty

        let folder = try TemporaryFolder()
        let authority = try folder.write(try House.authority.get().certificatePEM.utf8, to: "authority.pem")
        let cloud = try await Cloud.start(identity: try House.identity.get(), keeping: 100_000)
        var known: Set<String> = []
        var sent: [Int: [UInt8]] = [:]
        // Those that the Envoy may forget, those of them that were answered here, and those that the cloud has.
        var (acknowledged, answeredHere, received): (Set<Int>, Set<Int>, Set<Int>) = ([], [], [])
        var (next, kills, cutOff, unfinished) = (0, 0, 0, 0)
        var spool = folder.file("data/spool")
        while kills < rounds, ContinuousClock.now < end {
            let proxy = try await Proxy.start(folder.file("data"), House.flags(cloud, authority) + flags)
            spool = proxy.spool
            #expect(proxy.partialNames == [], "the start cleans up")
            #expect(Self.withoutReply(proxy) == [], "the start says of each cut-off request that there is no reply")

            let load = Load(from: next, seed: seed)
            async let posting: Void = load.run(against: proxy.port)
            // Where in the work it strikes is what the test is about: after some answers, and a moment more or less.
            let answers = Int.random(in: 0...8, using: &random)
            _ = await load.answers(answers)
            try await Task.sleep(for: .microseconds(Int.random(in: 0...40_000, using: &random)))
            proxy.program.send(SIGKILL)
            let status = await proxy.program.end()
            try await posting
            try #require(status == 128 + SIGKILL, "it ended by itself; round \(kills), seed \(seed): \(proxy.program.errors.value.text)")

            let left = try Aftermath(of: proxy.spool, sent: load.sent, except: known)
            try #require(left.faults == [], "round \(kills), seed \(seed)")
            sent.merge(load.sent) { $1 }
            let taken = load.answered.filter { $0.value.status / 100 == 2 }.keys
            acknowledged.formUnion(taken)
            if answersHere { answeredHere.formUnion(taken.filter(Load.isReport)) }
            received = Set(cloud.requests.compactMap { NumberedRequest.number(of: $0.bytes) })
            let expected = Set(taken).union(received.filter { $0 >= next })
            let lost = expected.filter { left.requests[$0] == nil }
            try #require(lost.isEmpty, "answered or at the cloud, but not on disk; round \(kills), seed \(seed)")
            if answersHere {
                let unnoted = taken.filter(Load.isReport).filter { number in
                    !Self.isNoted(left.requests[number] ?? "", proxy, isAtCloud: received.contains(number))
                }
                try #require(unnoted.isEmpty, "answered here, but not noted; round \(kills), seed \(seed)")
            }
            next = load.next
            kills += 1
            cutOff += Self.withoutReply(proxy).count
            unfinished += proxy.partialNames.count
            known = Set(proxy.stems)
        }
        await cloud.stop()
        print(
            "seed \(seed), \(flags): \(kills) kills, \(next) requests sent, \(acknowledged.count) answered, \(received.count) reached the cloud;",
            "the kills left \(cutOff) requests without a reply and \(unfinished) unfinished files")
        // Whatever later starts have moved and compressed, nothing of earlier rounds is gone or changed.
        let all = try Aftermath(of: spool, sent: sent)
        #expect(all.faults == [] && acknowledged.union(received).allSatisfy { all.requests[$0] != nil }, "seed \(seed)")
        #expect(kills >= rounds / 5, "so few kills show little")
        #expect(acknowledged.count > kills / 2 && cutOff > 0, "the kills fell outside of the load")
        if answersHere { #expect(!answeredHere.isEmpty && answeredHere.allSatisfy { all.answers.contains(all.requests[$0] ?? "") }) }
    }

    /// Whether its answer is on disk, and so is the note that the cloud has not taken it, unless it has.
    private static func isNoted(_ stem: String, _ proxy: Proxy, isAtCloud: Bool) -> Bool {
        let files = SpooledFile.all(in: proxy.spool).filter { $0.stem == stem }.map(\.kind)
        let notes = names(in: proxy.spool.appending(path: "undelivered"))
        return files.contains("answer") && (isAtCloud || notes.contains { $0.hasPrefix("\(stem).request") })
    }

    private static func withoutReply(_ proxy: Proxy) -> [String] {
        let names = Set(proxy.finalNames)
        return names.filter { $0.hasSuffix(".request") && !names.contains($0.replacing(".request", with: ".response")) }.sorted()
    }
}
