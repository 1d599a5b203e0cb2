import Archive
import Foundation
import Reports
import Simulator
import TestSupport
import Testing

/// Thirty days of a small roof, a report every six hours and more while rows wait; the cloud is away for ten of them.
@Suite("A month with the cloud gone for ten days", .timeLimit(.minutes(10)))
struct MonthTests {
    private static let begin = 1_433_116_800
    private static let period = 21_600
    private static let days = 30
    private static let away = 10..<20

    private struct Month {
        var envoy = EnvoyModel(
            identity: EnvoyIdentity(place: .freiburg, webcomm: .v4_6_0, seed: 5), roof: Roof(place: .freiburg, panelCount: 1, seed: 5),
            startSeconds: MonthTests.begin)
        private(set) var now = MonthTests.begin

        /// Lives on for a period, and posts as long as rows wait and are taken.
        ///
        /// - Returns: the statuses that it heard.
        mutating func goOn(_ post: ([UInt8]) async throws -> EnvoyReply) async throws -> [Int] {
            now += MonthTests.period
            envoy.advance(to: now)
            var statuses: [Int] = []
            repeat {
                let report = envoy.report(atSeconds: now + statuses.count)
                let reply = try await post(try report.request())
                statuses.append(reply.status)
                guard envoy.settle(report, reply: reply) else { break }
            } while envoy.backlogCount > 0
            return statuses
        }
    }

    @Test("forward: the Envoy keeps what the cloud did not take, and sends it again")
    func forward() async throws {
        try await live([]) { house, statuses, month in
            #expect(statuses.away.allSatisfy { $0 == 502 } && statuses.rest.allSatisfy { $0 == 200 })
            #expect(month.envoy.backlogCount == 0 && house.undelivered == [])
            try await Self.expectWhole(house)
        }
    }

    @Test("answer-after: the Envoy is answered here while the cloud is away, and the cloud gets it later, each once and in order")
    func answerAfter() async throws {
        try await live(["--answer-after", "1s", "--deliver", "later", "--deliver-pause", "10ms"], pauseAtOutage: .milliseconds(2_100)) {
            house, statuses, month in
            #expect(
                statuses.away.first == 502 && statuses.away.dropFirst().allSatisfy { $0 == 200 } && statuses.rest.allSatisfy { $0 == 200 })
            #expect(month.envoy.backlogCount == 0)
            #expect(await house.proxy.logs("all is delivered"))
            #expect(try await eventually { house.undelivered == [] })
            try await Self.expectWhole(house)
        }
    }

    @Test("shield: the Envoy never notices, and the cloud gets it later, each once and in order")
    func shield() async throws {
        try await live(["--cloud", "shield", "--deliver", "later", "--deliver-pause", "10ms"]) { house, statuses, month in
            #expect((statuses.away + statuses.rest).allSatisfy { $0 == 200 })
            #expect(month.envoy.backlogCount == 0)
            #expect(await house.proxy.logs("all is delivered"))
            #expect(try await eventually { house.undelivered == [] })
            try await Self.expectWhole(house)
        }
    }

    @Test("answer: nothing goes out; by word it does, each once and in order")
    func answer() async throws {
        try await live(["--cloud", "answer", "--deliver", "later", "--deliver-pause", "10ms"]) { house, statuses, month in
            #expect((statuses.away + statuses.rest).allSatisfy { $0 == 200 })
            #expect(month.envoy.backlogCount == 0 && house.cloud.requestCount == 0)
            #expect(house.undelivered.count == (statuses.away + statuses.rest).count)
            #expect(try await house.settled())
            let status = try await house.status()
            #expect(
                status.contains("waiting   \(house.undelivered.count) reports answered here that the cloud has not taken\n"), "\(status)")
            let dry = try await house.heliograph("deliver", ["--dry-run", "--cloud", "answer"])
            #expect(
                dry.status == 0
                    && dry.text.hasPrefix(
                        "\(house.undelivered.count) reports to be delivered to https://localhost:\(house.cloud.port), the first of ")
            )
            let refused = try await house.heliograph("deliver", ["--cloud", "answer"])
            #expect(
                refused.status == 1
                    && refused.errors
                        == "error: cloud is answer: nothing leaves this machine\nhint: to send them all the same, say --cloud forward\n"
            )
            #expect(house.cloud.requestCount == 0)
            let delivered = try await house.heliograph("deliver", ["--deliver-pause", "10ms"])
            #expect(delivered.status == 0, "\(delivered.errors)")
            #expect(delivered.text == "\(house.cloud.requestCount) reports delivered, 0 refused, 0 left\n")
            #expect(try await house.heliograph("deliver").text == "nothing waits to be delivered\n")
            try await Self.expectWhole(house)
        }
    }

    @Test("off: the Envoy keeps everything until heliograph cloud forward")
    func off() async throws {
        try await live(["--cloud", "off"]) { house, statuses, month in
            #expect((statuses.away + statuses.rest).allSatisfy { $0 == 503 })
            #expect(house.cloud.requestCount == 0 && house.undelivered == [])
            let told = try await house.heliograph("cloud", ["forward"])
            #expect(told.status == 0, "\(told.errors)")
            #expect(told.text.contains("https://localhost:\(house.cloud.port): 0 answered"), "\(told.text)")
            var month = month
            var taken: [[UInt8]] = []
            for _ in 0..<2 {
                #expect(try await month.goOn { try await Self.posting(house, &taken, $0) }.allSatisfy { $0 == 200 })
            }
            #expect(month.envoy.backlogCount == 0)
            #expect(taken.count > 1)
            try Self.expectOrder(house, taken)
            try await Self.expectWhole(house, Whole(periods: Self.days * 4 + 2))
        }
    }
}

extension MonthTests {
    private struct Statuses {
        var away: [Int] = []
        var rest: [Int] = []
        /// The requests that were answered with 200, in order.
        var taken: [[UInt8]] = []
    }

    /// Notes what is taken of the rest of a month.
    private static func posting(_ house: House, _ taken: inout [[UInt8]], _ request: [UInt8]) async throws -> EnvoyReply {
        let reply = try await house.post(request)
        if reply.status == 200 { taken.append(request) }
        return reply
    }

    /// - Parameter pauseAtOutage: after the first report that the cloud did not take.
    private func live(
        _ flags: [String], pauseAtOutage: Duration? = nil, _ judge: (House, Statuses, Month) async throws -> Void
    ) async throws {
        try await withHouse(.normal, flags) { house async throws in
            var (month, statuses) = (Month(), Statuses())
            for period in 0..<Self.days * 4 {
                let isAway = Self.away.contains(period / 4)
                if period % 4 == 0, Self.away.contains(period / 4) != Self.away.contains(period / 4 - 1) {
                    // Where the Envoy is answered first, the cloud may have a report and not yet have said so: that would go out twice.
                    #expect(try await house.settled())
                    try await house.cloud.setBehaviour(isAway ? .down : .normal)
                }
                let heard = try await month.goOn { try await Self.posting(house, &statuses.taken, $0) }
                if isAway { statuses.away += heard } else { statuses.rest += heard }
                if let pauseAtOutage, isAway, period == Self.away.lowerBound * 4 { try await Task.sleep(for: pauseAtOutage) }
            }
            try await judge(house, statuses, month)
            if !statuses.taken.isEmpty { try Self.expectOrder(house, statuses.taken) }
        }
    }

    private static func xml(_ request: [UInt8]) throws -> [UInt8] { try ReportBody(decoding: CapturedRequest(request).body).xml }

    /// What such a month comes to where nothing is missing and nothing is doubled.
    private struct Whole: Sendable {
        var rows: Set<String>
        var held: Held

        /// - Parameter periods: how long it is.
        init(periods: Int) async throws {
            var (month, requests) = (Month(), [[UInt8]]())
            for _ in 0..<periods {
                _ = try await month.goOn { request in
                    requests.append(request)
                    return EnvoyReply(status: 200, body: try Array(CapturedReply(OwnAnswer.toRequest(request, at: 0)).body))
                }
            }
            rows = Set(try MonthTests.rows(requests))
            let folder = try TemporaryFolder()
            _ = try await ReportSeries.digest(xml: requests.map(MonthTests.xml), in: folder.file("reference.sqlite"))
            held = try await Held(folder.file("reference.sqlite"))
        }

        static let month = Task { try await Whole(periods: MonthTests.days * 4) }
    }

    /// What an archive holds, however it came there.
    private struct Held: Sendable, Equatable {
        var rowCount: Int
        var joules: [String: Int]
        var sumsAgree: Bool

        init(_ archive: URL) async throws {
            let reader = try await ArchiveReader.open(archive.path(percentEncoded: false))
            rowCount = try await reader.status().rowCount
            joules = Dictionary(uniqueKeysWithValues: try await reader.devices(now: 0).map { ($0.equipment, $0.joulesTotal) })
            sumsAgree = try await reader.sumsAgree()
            try await reader.close()
        }
    }

    /// The cloud and the archive have each row, and the cloud has each report once.
    private static func expectWhole(_ house: House, _ other: Whole? = nil) async throws {
        let whole = if let other { other } else { try await Whole.month.value }
        let got = house.cloud.requests.map(\.bytes)
        #expect(Set(got).count == got.count, "the cloud got a report twice")
        let rows = try Self.rows(got)
        #expect(Set(rows).count == rows.count, "the cloud got a row twice")
        #expect(Set(rows) == whole.rows && rows.count > 5_000, "the cloud has all rows")
        // Ingesting gives way to all that goes on beside it.
        #expect(try await eventually(within: .patience * 3) { !names(in: house.proxy.spool).contains { $0.hasSuffix(".request") } })
        let held = try await Held(house.folder.file("data/archive.sqlite"))
        #expect(held == whole.held && held.sumsAgree, "the archive has all rows, each once")
    }

    /// The cloud got the reports in the order in which the Envoy sent them; those that it got later, in theirs.
    private static func expectOrder(_ house: House, _ sent: [[UInt8]]) throws {
        let later = try Set(house.deliveredLater())
        let got = house.cloud.requests.map(\.bytes)
        // Told as truths: the requests themselves would fill the log.
        let isInOrderAtOnce = got.filter { !later.contains($0) } == sent.filter { !later.contains($0) }
        let isInOrderLater = got.filter(later.contains) == sent.filter(later.contains)
        #expect(isInOrderAtOnce && isInOrderLater)
    }

    /// The rows of reports, by their kind and their id.
    private static func rows(_ requests: [[UInt8]]) throws -> [String] {
        try requests.flatMap { request in
            let report = try Report.decode(xml: xml(request)).value
            return report.intervals.map { "interval \($0.id ?? 0)" } + report.readings.map { "reading \($0.id ?? 0)" }
                + report.events.map { "event \($0.id)" }
        }
    }
}
