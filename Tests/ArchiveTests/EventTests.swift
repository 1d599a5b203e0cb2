import GRDB
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

    @Test func `a range lists what began in it, and ranges that adjoin list each episode once`() async throws {
        try await withArchive { archive in
            try await archive.keep(spans)
            func listed(_ range: Range<Int>) async throws -> [Int] {
                try await archive.reader.events(RowFilter(timestamps: range), pageSize: 2).all().map(\.code)
            }
            let days = [0..<1_000, 1_000..<2_000, 2_000..<3_000].map { 1_400_000_000 + $0.lowerBound..<1_400_000_000 + $0.upperBound }
            var parts: [[Int]] = []
            for day in days { parts.append(try await listed(day)) }
            #expect(parts == [[1, 2, 3, 4], [5, 6, 7], []])
            #expect(try await archive.reader.events().all().count == 7)
        }
    }

    @Test func `where lasting ones belong to it, a range lists what ended in it, what lasts, and what lasted through it`() async throws {
        try await withArchive { archive in
            try await archive.keep(spans)
            var filter = RowFilter(timestamps: 1_400_001_000..<1_400_002_000)
            filter.includesLasting = true
            let listed = try await archive.reader.events(filter, pageSize: 2).all()
            // By their beginnings, but what ended by its end.
            #expect(listed.map(\.code) == [3, 4, 5, 6, 2, 7])
            #expect(listed.map { $0.beganTimestamp ?? 0 } == [200, 300, 1_100, 1_200, 100, 0].map { $0 == 0 ? 0 : 1_400_000_000 + $0 })
            #expect(listed.map(\.kind) == [.raised, .raised, .raised, .raised, .raised, .cleared])
            #expect(listed.map(\.isOpen) == [false, true, false, false, false, false])
            filter.timestamps = 1_400_000_000 + 367 * 86_400..<1_400_000_000 + 368 * 86_400
            #expect(try await archive.reader.events(filter).all().isEmpty, "what was raised more than a year before is left out")
        }
    }

    /// Conditions around a range from 1000 to 2000: over before (1), ended within (2), lasted through (3), lasts (4), within (5), ended
    /// behind (6), of unknown beginning (7).
    private var spans: Report {
        let times = [(10, 20), (100, 1_500), (200, 2_500), (300, nil), (1_100, 1_400), (1_200, 2_600)]
        var events: [Event] = []
        for (index, (began, ended)) in times.enumerated() {
            events.append(event(index * 2 + 1, index + 1, .raised, 1_400_000_000 + began))
            if let ended { events.append(event(index * 2 + 2, index + 1, .cleared, 1_400_000_000 + ended, pairsWith: index * 2 + 1)) }
        }
        return report(events: events + [event(99, 7, .cleared, 1_400_001_600, pairsWith: 98)])
    }

    @Test(arguments: [false, true]) func `episodes are read along the index of times, without sorting`(newestFirst: Bool) async throws {
        try await withArchive { archive in
            var filter = RowFilter(envoy: "1", equipment: "2")
            filter.includesLasting = true
            let plan = try await archive.database.read { [filter] db in
                try Row.fetchAll(
                    db, sql: "EXPLAIN QUERY PLAN " + EpisodeQuery.sql(filter, newestFirst: newestFirst),
                    arguments: EpisodeQuery.arguments(filter, after: PageKey(timestamp: 0, minor: 0), size: 1)
                ).map { row in try row.required(3, as: String.self) }
            }
            #expect(plan.first?.hasPrefix("SEARCH event USING INDEX event_by_time (timestamp>") == true)
            #expect(!plan.contains { $0.contains("TEMP B-TREE") })
            let pairing = plan.filter { line in ["clear", "later", "beginning"].contains { line.hasPrefix("SEARCH \($0) ") } }
            #expect(pairing.count >= 6)
            #expect(
                pairing.allSatisfy { $0.hasSuffix("(device_id=? AND correlation_id=?)") || $0.hasSuffix("(device_id=? AND wire_id=?)") })
        }
    }
}
