import Reports
import Testing

@testable import Archive

@Suite struct FollowingTests {
    private func mixed(_ index: Int) -> Report {
        let time = 1_436_646_900 - index * 300
        return report(
            index % 2 == 0 ? "1" : "2", at: 1_436_646_900,
            intervals: (0..<7).map { interval("\($0 as Int).1", time, joules: $0) },
            readings: (0..<5).map { reading("\($0 as Int).1", time, joules: $0) },
            events: [event(index, 509, .momentary, time)])
    }

    @Test func `followers get every row once, in the order of arrival, however they cut it`() async throws {
        try await withArchive { archive in
            for index in 0..<20 { try await archive.keep(mixed(index)) }
            let all = try await archive.reader.rows(after: 0, limit: 1_000)
            #expect(all.map(\.seq) == Array(1...260))
            for limit in [1, 7, 13, 259] {
                var seq = 0
                var seen: [ArchivedRow<ArchivedFact>] = []
                while case let rows = try await archive.reader.rows(after: seq, limit: limit), let last = rows.last {
                    #expect(rows.count <= limit)
                    seen += rows
                    seq = last.seq
                }
                #expect(seen == all)
            }
            try await archive.keep(mixed(3))
            let none = try await archive.reader.rows(after: 260)
            #expect(none.isEmpty)
        }
    }

    @Test func `a cursor stays where it was put`() async throws {
        try await withFolder { folder in
            let path = folder.appending(path: "archive.db").path
            let writer = try await ArchiveWriter.open(path)
            #expect(try await writer.reader.cursor("mqtt") == 0)
            try await writer.moveCursor("mqtt", to: 17)
            try await writer.moveCursor("influx", to: 4)
            try await writer.moveCursor("influx", to: 3)
            try await writer.close()
            let reader = try await ArchiveReader.open(path)
            #expect(try await reader.cursor("mqtt") == 17)
            #expect(try await reader.cursors() == ["mqtt": 17, "influx": 3])
        }
    }

    @Test func `pages hold every row once in the order of time, and filters narrow them`() async throws {
        try await withArchive { archive in
            for index in 0..<20 { try await archive.keep(mixed(index)) }
            let whole = try await archive.reader.readings().all()
            #expect(whole.count == 100)
            #expect(whole.map(\.fact.timestamp) == whole.map(\.fact.timestamp).sorted())
            for size in [1, 3, 99, 100, 101] {
                #expect(try await archive.reader.readings(pageSize: size).all() == whole)
            }
            let range = 1_436_646_000..<1_436_646_900
            let filter = RowFilter(timestamps: range, envoy: "2", equipment: "3.1")
            let some = try await archive.reader.readings(filter, pageSize: 1).all()
            #expect(some == whole.filter { $0.envoy == "2" && $0.fact.equipment == "3.1" && range.contains($0.fact.timestamp) })
            #expect(some.count == 2)
            let intervals = try await archive.reader.intervals(RowFilter(equipment: "6.1")).all()
            #expect(intervals.count == 20)
            let none = try await archive.reader.intervals(RowFilter(envoy: "3")).all()
            #expect(none.isEmpty)
        }
    }

    @Test func `what arrives behind a reader's place while it reads is read, and nothing twice`() async throws {
        try await withArchive { archive in
            try await archive.keep(report(readings: (0..<10).map { reading(panel, 1_000_000 + $0 * 10, joules: 1) }))
            var seen: [Int] = []
            for try await page in archive.reader.readings(pageSize: 4) {
                seen += page.map(\.fact.timestamp)
                if seen.count == 4 {
                    try await archive.keep(report(readings: [reading(panel, 999_999, joules: 1), reading(panel, 1_000_095, joules: 1)]))
                }
            }
            #expect(seen == (0..<10).map { 1_000_000 + $0 * 10 } + [1_000_095])
        }
    }
}
