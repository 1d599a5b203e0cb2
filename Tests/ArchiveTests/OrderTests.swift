import Foundation
import MadeUpFacts
import Reports
import Testing

@testable import Archive

@Suite struct OrderTests {
    @Test(arguments: 0..<6)
    func `reports in any order, cut in any way and repeated lead to the same facts`(seed: UInt64) async throws {
        let world = World(seed: seed, reportCount: 60)
        let digest = try await withArchive { archive in
            for report in world.reports { try await archive.keep(report) }
            #expect(try await archive.reader.sumsAgree())
            return try await archive.reader.digest()
        }
        for other in 0..<2 as Range<UInt64> {
            try await withArchive { archive in
                for report in world.retold(seed: seed << 8 + other) {
                    let kept = try await archive.keep(report)
                    #expect(kept.conflicting.total == 0)
                }
                #expect(try await archive.reader.digest() == digest)
                #expect(try await archive.reader.sumsAgree())
            }
        }
    }

    @Test func `a single fact more or less, or another number, is another digest`() async throws {
        let world = World(seed: 1, reportCount: 4)
        func digest(_ change: (inout [Report]) -> Void) async throws -> String {
            var reports = world.reports
            change(&reports)
            return try await withArchive { archive in
                for report in reports { try await archive.keep(report) }
                return try await archive.reader.digest()
            }
        }
        var digests: Set<String> = []
        digests.insert(try await digest { _ in })
        digests.insert(try await digest { $0[0].intervals.removeLast() })
        digests.insert(try await digest { $0[0].readings.removeLast() })
        digests.insert(try await digest { $0[0].events.removeLast() })
        digests.insert(try await digest { $0[0].intervals[0].joules = 77_777 })
        digests.insert(try await digest { $0[1].readings[0].celsius = 99 })
        digests.insert(try await digest { $0[1].readings[0].timestamp += 1 })
        digests.insert(try await digest { $0[2].devices[0].adminState = 9 })
        digests.insert(try await digest { $0[3].envoy?.timeZone = "Asia/Tokyo" })
        #expect(digests.count == 9)
    }

    @Test func `batches of reports lead to the same facts as single ones`() async throws {
        let world = World(seed: 5, reportCount: 30)
        let single = try await withArchive { archive in
            for report in world.reports { try await archive.keep(report) }
            return try await archive.reader.digest()
        }
        let batched = try await withArchive { archive in
            let kept = try await archive.keep(
                world.reports.enumerated().map { Arrival($1, from: Source(name: "\($0)", receivedTimestamp: nil)) })
            #expect(kept.count == 30)
            return try await archive.reader.digest()
        }
        #expect(single == batched)
    }
}
