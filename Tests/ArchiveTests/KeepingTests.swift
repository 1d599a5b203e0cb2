import Reports
import Testing

@testable import Archive

@Suite struct KeepingTests {
    let first = report(
        intervals: [interval(panel, 1_436_646_900, joules: 65_439, id: 1), interval(otherPanel, 1_436_646_900, joules: 65_475, id: 2)],
        readings: [reading(panel, 1_436_646_944, joules: 67_535, id: 3)],
        events: [event(7, 509, .momentary, 1_436_646_000)])

    @Test func `the same report twice is kept once`() async throws {
        try await withArchive { archive in
            let once = try await archive.keep(first)
            let digest = try await archive.reader.digest()
            let twice = try await archive.keep(first)
            #expect(once.new == Kept.Rows(intervals: 2, readings: 1, events: 1))
            #expect(once.known.total == 0)
            #expect(twice.new.total == 0)
            #expect(twice.known == once.new)
            #expect(try await archive.reader.digest() == digest)
            #expect(try await archive.reader.sumsAgree())
        }
    }

    @Test func `a source is counted once, however often it comes`() async throws {
        try await withArchive { archive in
            let source = Source(name: "2012-02-22T09:03:01-0j1FFs", receivedTimestamp: 1_436_647_000)
            let findings = [Finding(kind: .unknownElement, element: "task", line: 1, count: 3)]
            let once = try await archive.keep(first, findings: findings, from: source)
            let twice = try await archive.keep(first, findings: findings, from: source)
            #expect(!once.isKnownSource)
            #expect(twice.isKnownSource)
            let status = try await archive.reader.status()
            #expect(status.reportCount == 1)
            #expect(status.findingCount == 3)
            #expect(try await archive.reader.findings().first?.lastSource == source.name)
            #expect(status.rowCount == 4)
            #expect(status.envoys.first?.lastReceivedTimestamp == 1_436_647_000)
        }
    }

    @Test func `an unknown element of a reply may be a task, also where the reply comes later`() async throws {
        try await withArchive { archive in
            let source = Source(name: "2012-02-22T09:03:01-0j1FFs", receivedTimestamp: 1_436_647_000)
            func unknown(_ elements: String...) -> [Finding] { elements.map { Finding(kind: .unknownElement, element: $0, line: 1) } }
            try await archive.keep(first, findings: unknown("odd", "emu_task", "reply/x"), from: source)
            #expect(try await archive.reader.tasks(since: 1_436_647_000).map(\.element) == ["emu_task", "reply/x"])
            #expect(try await archive.reader.tasks(since: 1_436_647_001).isEmpty)
            #expect(try !archive.keepBlocking(unknown("reply/x"), inLateReplyTo: "another", at: 1_436_900_000))
            #expect(try archive.keepBlocking(unknown("reply/x", "reply/y"), inLateReplyTo: source.name, at: 1_436_900_000))
            let late = try await archive.reader.tasks(since: 1_436_647_001)
            #expect(late.map(\.element) == ["reply/x", "reply/y"] && late.allSatisfy { $0.received == 1_436_900_000 })
            #expect(try await archive.reader.findings().map(\.count) == [2, 1, 1, 1])
        }
    }

    @Test func `whatever is not known in a reply may be a task, and one that can't be read; of a report elements alone`() async throws {
        try await withArchive { archive in
            let source = Source(name: "2012-02-22T09:03:01-0j1FFs", receivedTimestamp: 1_436_647_000)
            let findings = [
                Finding(kind: .unknownAttribute, element: "reply/perf_report_response", attribute: "reboot", line: 1),
                Finding(kind: .unknownElement, element: "reply/event", line: 1),
                Finding(kind: .unexpectedText, element: "reply/event", line: 1),
                Finding(kind: .unexpectedText, element: ArchiveReader.unreadableReply, line: 1),
                Finding(kind: .unexpectedText, element: "emu_task", line: 1),
            ]
            try await archive.keep(first, findings: findings, from: source)
            let tasks = try await archive.reader.tasks(since: 1_436_647_000)
            #expect(tasks.map(\.element) == ["reply", "reply/event", "reply/perf_report_response"])
        }
    }

    @Test func `ids that began anew change nothing`() async throws {
        try await withArchive { archive in
            try await archive.keep(first)
            var again = first
            for index in again.intervals.indices { again.intervals[index].id = 900 + index }
            again.readings[0].id = nil
            again.events[0].id = 1
            let kept = try await archive.keep(again)
            #expect(kept.new.total == 0)
            #expect(kept.conflicting.total == 0)
        }
    }

    @Test func `of two rows that contradict each other the first stays and the second is recorded once`() async throws {
        try await withArchive { archive in
            try await archive.keep(first)
            let digest = try await archive.reader.digest()
            var other = first
            other.intervals[0].joules = 1
            other.readings[0].celsius = nil
            for _ in 1...2 {
                let kept = try await archive.keep(other)
                #expect(kept.conflicting == Kept.Rows(intervals: 1, readings: 1))
                #expect(kept.known == Kept.Rows(intervals: 1, events: 1))
            }
            #expect(try await archive.reader.status().conflictCount == 2)
            #expect(try await archive.reader.digest() == digest)
        }
    }

    @Test func `the same rows of two Envoys are different rows`() async throws {
        try await withArchive { archive in
            try await archive.keep(first)
            var other = first
            other.envoy?.serialNumber = "999"
            #expect(try await archive.keep(other).new.total == 4)
            let status = try await archive.reader.status()
            #expect(status.envoys.map(\.serialNumber) == [someEnvoy, "999"])
            #expect(status.envoys.map(\.intervalCount) == [2, 2])
            let sums = try await archive.reader.today(now: 1_436_647_000)
            #expect(sums.map(\.joules) == [130_914, 130_914])
        }
    }

    @Test func `events of one second that say different things are all kept`() async throws {
        try await withArchive { archive in
            let events = ["1", "2", "6"].enumerated().map { index, key in
                var event = event(104_106 + index, 10_031, .momentary, 1_437_836_987, someEnvoy)
                event.messageKey = key
                return event
            }
            let once = try await archive.keep(report(events: events))
            let twice = try await archive.keep(report(events: events))
            #expect(once.new.events == 3)
            #expect(twice.known.events == 3)
        }
    }

    @Test func `an empty state, key and message are equal to themselves`() async throws {
        try await withArchive { archive in
            let bare = report(events: [Event(id: 1, code: 77, timestamp: 1_437_836_987)])
            #expect(try await archive.keep(bare).new.events == 1)
            #expect(try await archive.keep(bare).known.events == 1)
            let kept = try await archive.reader.events().all()
            #expect(kept.map(\.equipment) == [someEnvoy])
            #expect(kept.map(\.kind) == [.unknown(state: nil)])
        }
    }

    @Test func `an event whose equipment is empty belongs to its serial number, or to the Envoy`() async throws {
        try await withArchive { archive in
            var (ofPanel, ofEnvoy) = (event(1, 509, .momentary, 1_437_836_987, ""), event(2, 509, .momentary, 1_437_836_988, ""))
            ofPanel.serialNumber = "121333885639"
            ofEnvoy.serialNumber = ""
            try await archive.keep(report(events: [ofPanel, ofEnvoy]))
            #expect(try await archive.reader.events().all().map(\.equipment) == ["121333885639", someEnvoy])
        }
    }

    @Test func `every number of a row comes back as it was`() async throws {
        try await withArchive { archive in
            var odd = reading(panel, 1_436_646_944, joules: nil, id: Int.max)
            odd.flags = Flags(rawValue: .max)
            odd.acMillivolts = Int.min
            odd.otherStats = [9, nil, -3]
            var long = interval(panel, 1_436_646_900, joules: 5)
            long.otherStats = [nil]
            try await archive.keep(report(intervals: [long], readings: [odd]))
            #expect(try await archive.reader.readings().all().map(\.fact) == [odd])
            #expect(try await archive.reader.intervals().all().map(\.fact) == [long])
        }
    }

    @Test func `live values are the newest by time, and descriptions those of the newest report`() async throws {
        try await withArchive { archive in
            func describing(_ state: Int, at timestamp: Int) -> Report {
                var device = Device(equipment: "121333885639")
                device.adminState = state
                device.channels = [Channel(equipment: panel)]
                var described = report(at: timestamp, readings: [reading(panel, timestamp, joules: timestamp % 1_000)], devices: [device])
                described.envoy?.softwareVersion = "R\(state)"
                return described
            }
            for (state, time) in [(2, 1_436_646_300), (3, 1_436_646_900), (1, 1_436_640_000)] {
                try await archive.keep(describing(state, at: time))
            }
            let device = try #require(try await archive.reader.devices(now: 1_436_647_000).first)
            #expect(device.latest?.timestamp == 1_436_646_900)
            #expect(device.adminState == 3)
            let envoy = try #require(try await archive.reader.status().envoys.first)
            #expect(envoy.softwareVersion == "R3")
            #expect(envoy.lastReportTimestamp == 1_436_646_900)
        }
    }

    @Test func `a report without an Envoy is refused, and nothing of its batch is kept`() async throws {
        try await withArchive { archive in
            var nameless = first
            nameless.envoy = nil
            let batch = [first, nameless].enumerated().map { Arrival($1, from: Source(name: "\($0)", receivedTimestamp: 0)) }
            #expect(await causeOfFailure { _ = try await archive.keep(batch) } == .noEnvoy)
            let status = try await archive.reader.status()
            #expect(status.rowCount == 0)
        }
    }

    @Test func `numbers beyond sense are kept as they are and left out of the sums`() async throws {
        try await withArchive { archive in
            let extremes = [Int.min, Int.min + 1, -1, 0, 1, 253_402_300_799, 253_402_300_800, Int.max]
            let intervals = extremes.flatMap { end in
                extremes.flatMap { duration in
                    [Int.min, -10_000_000_000, 0, 10_000_000_000, Int.max].enumerated().map { index, joules in
                        interval("\(index).1", end, duration, joules: joules)
                    }
                }
            }
            let readings = extremes.flatMap { time in extremes.map { reading(panel, time, $0, joules: Int.max) } }
            let kept = try await archive.keep(report(at: Int.max, intervals: intervals, readings: readings))
            #expect(kept.new.intervals == intervals.count)
            #expect(try await archive.reader.sumsAgree())
            for now in extremes {
                _ = try await archive.reader.devices(now: now, shareDays: now)
                _ = try await archive.reader.today(now: now)
            }
        }
    }
}
