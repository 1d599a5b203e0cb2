import Foundation
import Reports
import Testing

@testable import Archive

@Suite struct CredibleTimesTests {
    private let day = 86_400
    private let summer = 1_436_646_900

    /// A report made at an instant by the Envoy's clock, with one reading of a panel.
    private func told(_ timestamp: Int, _ word: String, panel: String = panel, zone: String = "US/Pacific") -> Report {
        var device = Device(equipment: String(panel.dropLast(2)))
        device.partNumber = word
        var report = report(
            zone: zone, at: timestamp, readings: [reading(panel, timestamp, joules: timestamp % 1_000)], devices: [device])
        report.envoy?.softwareVersion = word
        return report
    }

    private struct Seen: Equatable {
        var firmware: String?
        var lastReport: Int?
        var latest: [Int?]
        var parts: [String?]
        var zone: String?
    }

    private func seen(_ archive: ArchiveWriter) async throws -> Seen {
        let envoy = try #require(try await archive.reader.status().envoys.first)
        let devices = try await archive.reader.devices(now: summer)
        return Seen(
            firmware: envoy.softwareVersion, lastReport: envoy.lastReportTimestamp, latest: devices.map(\.latest?.timestamp),
            parts: devices.map(\.partNumber), zone: envoy.timeZone)
    }

    @Test func `a clock that was years ahead freezes nothing once it is right, whether reports are captured, replayed or imported`()
        async throws
    {
        let ahead = summer + 15 * 365 * day
        // Imported reports bear no time of receipt. With the last one the clock has been put right.
        let reports: [(Report, received: Int?)] = [
            (told(summer, "one"), summer + 7), (told(ahead, "two", zone: "Asia/Tokyo"), summer + 307),
            (told(ahead + 300, "three", panel: otherPanel), nil), (told(summer - 300, "four"), nil),
        ]
        let last = (told(summer + 600, "five"), received: summer + 607)
        var seenStates: [Seen] = []
        var digests: Set<String> = []
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 3, 1, 0], [1, 0, 2, 3]] {
            try await withArchive { archive in
                for (report, received) in order.map({ reports[$0] }) + [last] {
                    try await archive.keep(report, from: Source(name: "\(report.timestamp ?? 0)", receivedTimestamp: received))
                }
                seenStates.append(try await seen(archive))
                digests.insert(try await archive.reader.digest())
                #expect(try await archive.reader.status().envoys.first?.lastReceivedTimestamp == summer + 607)
                #expect(try await archive.reader.readings().all().count == 5, "facts are kept whatever their time")
            }
        }
        let right = Seen(
            firmware: "five", lastReport: summer + 600, latest: [summer + 600, ahead + 300], parts: ["five", "three"], zone: "US/Pacific")
        #expect(seenStates.allSatisfy { $0 == right }, "\(seenStates)")
        #expect(digests.count == 1)
    }

    @Test func `while this machine's clock lags behind by days, the Envoy's times stand as ever`() async throws {
        try await withArchive { archive in
            for (index, lag) in [0, 0, 3 * day, 3 * day, 400 * day].enumerated() {
                let time = summer + index * 300
                try await archive.keep(told(time, "\(index)"), from: Source(name: "\(index)", receivedTimestamp: time + 7 - lag))
                #expect(
                    try await seen(archive)
                        == Seen(firmware: "\(index)", lastReport: time, latest: [time], parts: ["\(index)"], zone: "US/Pacific"))
            }
        }
    }

    @Test func `what is imported and newer than the last capture stands until the next one`() async throws {
        try await withArchive { archive in
            try await archive.keep(told(summer, "live"), from: Source(name: "1", receivedTimestamp: summer + 7))
            try await archive.keep(told(summer + 30 * day, "other program"), from: Source(name: "import:1", receivedTimestamp: nil))
            #expect(try await seen(archive).firmware == "other program")
            try await archive.keep(told(summer + 60 * day, "live again"), from: Source(name: "2", receivedTimestamp: summer + 60 * day))
            try await archive.keep(told(summer + 31 * day, "other program"), from: Source(name: "import:2", receivedTimestamp: nil))
            #expect(try await seen(archive).firmware == "live again")
        }
    }

    @Test func `an archive that was frozen before is live again with the next report`() async throws {
        try await withArchive { archive in
            try await archive.keep(told(summer + 4_000 * day, "wrong"), from: Source(name: "1", receivedTimestamp: nil))
            #expect(try await seen(archive).firmware == "wrong", "there is nothing better yet")
            try await archive.keep(told(summer, "right"), from: Source(name: "2", receivedTimestamp: summer + 7))
            #expect(
                try await seen(archive)
                    == Seen(firmware: "right", lastReport: summer, latest: [summer], parts: ["right"], zone: "US/Pacific"))
        }
    }

    @Test func `where a clock was ahead by hours, the newest time wins as ever`() async throws {
        try await withArchive { archive in
            try await archive.keep(told(summer + 7_200, "ahead"), from: Source(name: "1", receivedTimestamp: summer))
            try await archive.keep(told(summer + 300, "then"), from: Source(name: "2", receivedTimestamp: summer + 300))
            #expect(try await seen(archive).firmware == "ahead")
        }
    }

    @Test(arguments: [Int.min, -1, 0, Int.max]) func `times and receipts beyond sense break nothing`(received: Int) async throws {
        try await withArchive { archive in
            for (index, timestamp) in [Int.max, Int.min, 0, summer].enumerated() {
                try await archive.keep(told(timestamp, "\(index)"), from: Source(name: "\(index)", receivedTimestamp: received))
            }
            #expect(try await archive.reader.status().rowCount == 4)
        }
    }

    @Test func `what is imported later leaves the last receipt, and a finding's last report, as they are`() async throws {
        try await withArchive { archive in
            let odd = [Finding(kind: .unknownElement, element: "weather", line: 1)]
            try await archive.keep(told(summer, "live"), findings: odd, from: Source(name: "live", receivedTimestamp: summer + 7))
            try await archive.keep(told(summer - 9 * day, "old"), findings: odd, from: Source(name: "import:1", receivedTimestamp: nil))
            try await archive.keep(
                told(summer - 8 * day, "earlier"), findings: odd, from: Source(name: "early", receivedTimestamp: summer - 8 * day))
            #expect(try await archive.reader.status().envoys.first?.lastReceivedTimestamp == summer + 7)
            let finding = try #require(try await archive.reader.findings().first)
            #expect(finding.count == 3 && finding.firstSource == "live" && finding.lastSource == "live")
        }
    }

    @Test func `a receipt from when this machine's clock was ahead gives way to the next one, and none comes back`() async throws {
        let now = Int(Date().timeIntervalSince1970)
        let receipts = [
            (now + 400 * day, last: now + 400 * day), (now + 401 * day, last: now + 401 * day), (now - 600, last: now - 600),
            (now - 9 * day, last: now - 600), (now + 300 * day, last: now - 600), (now - 300, last: now - 300),
        ]
        try await withArchive { archive in
            for (index, (received, last)) in receipts.enumerated() {
                try await archive.keep(told(summer + index, "\(index)"), from: Source(name: "\(index)", receivedTimestamp: received))
                #expect(try await archive.reader.status().envoys.first?.lastReceivedTimestamp == last)
            }
        }
    }

    @Test func `an Envoy of which all is imported has no last receipt`() async throws {
        try await withArchive { archive in
            try await archive.keep(told(summer, "old"), from: Source(name: "import:1", receivedTimestamp: nil))
            let envoy = try #require(try await archive.reader.status().envoys.first)
            #expect(envoy.lastReceivedTimestamp == nil && envoy.lastReportTimestamp == summer)
        }
    }
}
