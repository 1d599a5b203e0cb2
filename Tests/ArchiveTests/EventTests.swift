import Reports
import Testing

@testable import Archive

@Suite struct EventTests {
    @Test func `a condition lasts from its raise to the clear that names it, whichever comes first`() async throws {
        let raise = event(104_110, 512, .raised, 1_437_837_016)
        let clear = event(104_171, 512, .cleared, 1_437_837_157, pairsWith: 104_110)
        for order in [[raise, clear], [clear, raise]] {
            try await withArchive { archive in
                for event in order { try await archive.keep(report(events: [event])) }
                let episodes = try await archive.reader.events().all()
                #expect(episodes.map(\.kind) == [.raised])
                #expect(episodes.first?.name == "DC power too low")
                #expect(episodes.first?.beganTimestamp == 1_437_837_016)
                #expect(episodes.first?.endedTimestamp == 1_437_837_157)
            }
        }
    }

    @Test func `the raise may name its clear, and may learn it late`() async throws {
        try await withArchive { archive in
            try await archive.keep(
                report(events: [
                    event(104_110, 512, .raised, 1_437_837_016), event(104_171, 512, .cleared, 1_437_837_157),
                ]))
            let before = try await archive.reader.events().all()
            #expect(before.map(\.kind) == [.raised, .cleared])
            #expect(before.first?.isOpen == true)
            try await archive.keep(report(events: [event(104_110, 512, .raised, 1_437_837_016, pairsWith: 104_171)]))
            let after = try await archive.reader.events().all()
            #expect(after.map(\.endedTimestamp) == [1_437_837_157])
        }
    }

    @Test func `after a factory reset a clear belongs to the last raise of that id`() async throws {
        try await withArchive { archive in
            try await archive.keep(
                report(events: [
                    event(5, 101, .raised, 1_400_000_000), event(5, 101, .raised, 1_410_000_000),
                    event(9, 101, .cleared, 1_410_000_100, pairsWith: 5),
                    event(5, 101, .raised, 1_420_000_000, otherPanel),
                ]))
            let episodes = try await archive.reader.events().all()
            #expect(episodes.map(\.beganTimestamp) == [1_400_000_000, 1_410_000_000, 1_420_000_000])
            #expect(episodes.map(\.endedTimestamp) == [nil, 1_410_000_100, nil])
        }
    }

    @Test func `known codes have names, others none; a clear without its raise stands alone`() async throws {
        try await withArchive { archive in
            let codes = [101, 509, 512, 10_000, 10_009, 10_006]
            let momentary = codes.enumerated().map { event($0 + 1, $1, .momentary, 1_400_000_000 + $0) }
            try await archive.keep(report(events: momentary + [event(50, 10_009, .cleared, 1_400_000_100, pairsWith: 40)]))
            let episodes = try await archive.reader.events().all()
            #expect(
                episodes.map(\.name) == [
                    "grid instability", "power-on reset", "DC power too low", "microinverter failed to report",
                    "microinverter sleeping", nil, "microinverter sleeping",
                ])
            #expect(episodes.last?.kind == .cleared)
            #expect(episodes.last?.beganTimestamp == nil)
            #expect(episodes.last?.endedTimestamp == 1_400_000_100)
            #expect(episodes.allSatisfy { !$0.isOpen })
        }
    }

    @Test func `pages hold every episode once, and a range and an Envoy narrow them`() async throws {
        try await withArchive { archive in
            for envoy in ["1", "2"] {
                try await archive.keep(report(envoy, events: (0..<25).map { event($0, 509, .momentary, 1_400_000_000 + $0 / 3, "i") }))
                try await archive.keep(report(envoy, events: (0..<25).map { event($0, 77, .raised, 1_400_000_000 + $0 / 3, "i\($0)") }))
            }
            let whole = try await archive.reader.events().all()
            let paged = try await archive.reader.events(pageSize: 4).all()
            #expect(paged == whole)
            #expect(Set(whole.map(\.seq)).count == whole.count)
            let some = try await archive.reader.events(RowFilter(timestamps: 1_400_000_001..<1_400_000_003, envoy: "2"), pageSize: 3).all()
            #expect(some == whole.filter { $0.envoy == "2" && (1_400_000_001..<1_400_000_003).contains($0.beganTimestamp ?? 0) })
            #expect(some.count == 8)
        }
    }
}
