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
            #expect(before.map(\.endedTimestamp) == [1_437_837_157, 1_437_837_157])
            #expect(before.map(\.mayHaveEndedEarlier) == [true, false])
            try await archive.keep(report(events: [event(104_110, 512, .raised, 1_437_837_016, pairsWith: 104_171)]))
            let after = try await archive.reader.events().all()
            #expect(after.map(\.endedTimestamp) == [1_437_837_157])
            #expect(after.map(\.mayHaveEndedEarlier) == [false])
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
            #expect(episodes.map(\.endedTimestamp) == [1_410_000_000, 1_410_000_100, nil])
            #expect(episodes.map(\.mayHaveEndedEarlier) == [true, false, false])
        }
    }

    @Test func `a condition whose clear was never captured was over when it was raised or cleared next`() async throws {
        try await withArchive { archive in
            try await archive.keep(
                report(events: [
                    event(1, 512, .raised, 1_400_000_000), event(2, 512, .raised, 1_400_086_400),
                    event(9, 512, .cleared, 1_400_172_800, pairsWith: 8), event(10, 512, .raised, 1_400_259_200),
                    // None of these says anything of it: of another code, of another device, of a moment.
                    event(11, 101, .raised, 1_400_300_000), event(12, 512, .raised, 1_400_300_000, otherPanel),
                    event(13, 512, .momentary, 1_400_300_001),
                ]))
            let episodes = try await archive.reader.events().all()
            #expect(episodes.map(\.kind) == [.raised, .raised, .cleared, .raised, .raised, .raised, .momentary])
            #expect(episodes.map(\.endedTimestamp) == [1_400_086_400, 1_400_172_800, 1_400_172_800, nil, nil, nil, nil])
            #expect(episodes.map(\.mayHaveEndedEarlier) == [true, true, false, false, false, false, false])
            #expect(episodes.map(\.isOpen) == [false, false, false, true, true, true, false])
        }
    }

    @Test func `conditions of one code and device whose messages differ end each for itself`() async throws {
        try await withArchive { archive in
            let events = ["1", "2", "1"].enumerated().map { index, key in
                var event = event(index, 10_006, .raised, 1_400_000_000 + index * 100)
                event.messageKey = key
                return event
            }
            try await archive.keep(report(events: events))
            #expect(try await archive.reader.events().all().map(\.endedTimestamp) == [1_400_000_200, nil, nil])
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

    @Test func `where lasting ones belong to it, a range lists by its beginning what may have lasted into it`() async throws {
        try await withArchive { archive in
            let raises = [100, 900, 1_500].enumerated().map { event($0, 512, .raised, 1_400_000_000 + $1) }
            try await archive.keep(report(events: raises))
            var filter = RowFilter(timestamps: 1_400_001_000..<1_400_002_000)
            filter.includesLasting = true
            let listed = try await archive.reader.events(filter).all()
            #expect(listed.map(\.beganTimestamp) == [1_400_000_900, 1_400_001_500])
            #expect(listed.map(\.endedTimestamp) == [1_400_001_500, nil])
        }
    }

    @Test func `a channel's events are also those of its microinverter, and a microinverter's those of all its channels`() async throws {
        try await withArchive { archive in
            try await archive.keep(
                report(
                    events: [
                        event(1, 509, .momentary, 1_400_000_000), event(2, 101, .momentary, 1_400_000_001, panel),
                        event(3, 77, .momentary, 1_400_000_002, "121333885639.2"),
                        event(4, 512, .momentary, 1_400_000_003, otherPanel),
                    ], devices: [Device(equipment: "121333885639")]))
            let wanted: [(equipment: String, codes: [Int])] = [
                (panel, [509, 101]), ("121333885639.2", [509, 77]), ("121333885639", [509, 101, 77]), (otherPanel, [512]), ("x.1", []),
            ]
            for (equipment, codes) in wanted {
                let filter = RowFilter(envoy: someEnvoy, equipment: equipment)
                #expect(try await archive.reader.events(filter).all().map(\.code) == codes)
                #expect(try await archive.reader.newestEvents(filter, limit: 10).map(\.code) == Array(codes.reversed()))
            }
        }
    }

    @Test func `the newest events of a device follow each other page by page, also behind many that belong to others`() async throws {
        try await withArchive { archive in
            // More clears than a page looks at, whose conditions began long before.
            let raises = (0..<30).map { event($0, 512, .raised, 1_400_000_000 + $0) }
            let clears = (0..<30).map { event(100 + $0, 512, .cleared, 1_400_001_000 + $0, pairsWith: $0) }
            let others = (0..<30).map { event(200 + $0, 512, .momentary, 1_400_002_000 + $0, otherPanel) }
            try await archive.keep(report(events: raises + clears + others))
            let filter = RowFilter(equipment: panel)
            var pages: [[EventEpisode]] = []
            repeat {
                let place = pages.last?.last?.place
                pages.append(try await archive.reader.newestEvents(filter, before: place, limit: 4))
            } while pages.last?.count == 4 && pages.count < 20
            #expect(pages.map(\.count) == Array(repeating: 4, count: 7) + [2])
            let all = try await archive.reader.events(filter).all()
            #expect(Array(pages.joined()) == Array(all.reversed()))
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

    /// How SQLite finds what a question asks for.
    private func queryPlan(
        _ archive: ArchiveWriter, _ filter: RowFilter, _ sql: @escaping @Sendable (RowFilter) -> String
    ) async throws -> [String] {
        try await archive.database.read { db in
            try Row.fetchAll(
                db, sql: "EXPLAIN QUERY PLAN " + sql(filter),
                arguments: EpisodeQuery.arguments(filter, after: PageKey(timestamp: 0, minor: 0), size: 1)
            ).map { row in try row.required(3, as: String.self) }
        }
    }

    @Test(arguments: [false, true]) func `episodes are read along the index of times, without sorting`(newestFirst: Bool) async throws {
        try await withArchive { archive in
            // In the order of time, a device is read as all are.
            var filter = RowFilter(envoy: "1", equipment: newestFirst ? nil : "2.1")
            filter.includesLasting = true
            let plan = try await queryPlan(archive, filter) { EpisodeQuery.sql($0, newestFirst: newestFirst) }
            #expect(plan.first?.hasPrefix("SEARCH event USING INDEX event_by_time (timestamp>") == true)
            #expect(!plan.contains { $0.contains("TEMP B-TREE") })
            let pairing = plan.filter { line in ["clear", "later", "beginning"].contains { line.hasPrefix("SEARCH \($0) ") } }
            #expect(pairing.count >= 6)
            #expect(
                pairing.allSatisfy { $0.hasSuffix("(device_id=? AND correlation_id=?)") || $0.hasSuffix("(device_id=? AND wire_id=?)") })
            let following = "SEARCH next USING INDEX event_identity (device_id=? AND code=? AND timestamp>?)"
            #expect(plan.contains(following))
            #expect(plan.allSatisfy { $0 == following || !$0.contains(" next ") })
        }
    }

    @Test func `the newest of a device are read along an index of devices, which alone tells how far back to look`() async throws {
        try await withArchive { archive in
            let filter = RowFilter(envoy: "1", equipment: "2.1")
            let newest = try await queryPlan(archive, filter) { EpisodeQuery.sql($0, newestFirst: true) }
            #expect(newest.first == "SEARCH event USING INDEX event_identity (device_id=?)")
            let far = try await queryPlan(archive, filter) { EpisodeQuery.farSQL($0) }
            #expect(far.first == "SEARCH event USING COVERING INDEX event_identity (device_id=?)")
        }
    }
}
