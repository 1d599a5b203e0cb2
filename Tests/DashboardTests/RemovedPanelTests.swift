import Archive
import Foundation
import Reports
import TestSupport
import Testing

@testable import Dashboard

@Suite("A microinverter that was replaced keeps its past", .timeLimit(.minutes(5)))
struct RemovedPanelTests {
    private static let gone = SunnyRoof.panels[2]

    private func withReplaced(_ body: @Sendable @escaping (Stage) async throws -> Void) async throws {
        try await withStage { stage async throws in
            var report = SunnyRoof.empty(at: SunnyRoof.now + 60)
            report.devices[2].adminState = 3
            try await stage.archive.keep(report, from: Source(name: "replaced", receivedTimestamp: SunnyRoof.now + 60))
            try await body(stage)
        }
    }

    @Test("What it gave stays in the total, which is that of the history")
    func total() async throws {
        try await withReplaced { stage async throws in
            let page = try await stage.ask("/").text
            let total = try #require(page.firstMatch(of: /<h2>In all<\/h2><p class="value">([^<]+)</)).output.1
            let history = try await stage.ask("/history?view=all").text
            #expect(try total == #require(history.firstMatch(of: /<h2>Energy<\/h2><p class="value">([^<]+)</)).output.1)
            // The roof itself is of three now.
            #expect(page.matches(of: #/class="tile level-/#).count == 3 && !page.contains(Self.gone))
        }
    }

    @Test("Its page and its data can still be looked at, and the list of panels leads there")
    func pages() async throws {
        try await withReplaced { stage async throws in
            let list = try await stage.ask("/panels").text
            let parts = list.split(separator: "No longer on the roof")
            #expect(parts.count == 2 && !parts[0].contains(Self.gone) && parts[1].contains("href=\"/panels/\(Self.gone)\""))
            let page = try await stage.ask("/panels/\(Self.gone)")
            #expect(page.status == 200 && page.text.contains("no longer on the roof"))
            let readings = try await stage.ask("/api/v1/devices/\(Self.gone)/readings?from=2026-06-20&to=2026-06-20")
            #expect((readings.json["timestamps"] as? [Int])?.count == 168)
            #expect(try await stage.ask("/api/v1/devices/\(Self.gone)/energy").status == 200)
            let devices = try #require(try await stage.ask("/api/v1/devices").json["devices"] as? [[String: Any]])
            #expect(devices.map { $0["isRemoved"] as? Bool } == [false, false, false, true])
            #expect(devices.last?["device"] as? String == Self.gone)
        }
    }
}

@Suite("Lists of events lose none between their pages", .timeLimit(.minutes(5)))
struct EventPagingTests {
    /// More events of one second than a page has: a large roof that falls asleep.
    private func withDusk(_ body: @Sendable @escaping (Stage) async throws -> Void) async throws {
        try await withStage { stage async throws in
            var report = SunnyRoof.empty(at: SunnyRoof.now + 60)
            report.events = (0..<250).map { index in
                var event = Event(id: 1_000 + index, code: 10_009, timestamp: SunnyRoof.now - 500)
                (event.stateNumber, event.equipment) = (2, "\(131_000_000_000 + index).1")
                return event
            }
            try await stage.archive.keep(report, from: Source(name: "dusk", receivedTimestamp: SunnyRoof.now + 60))
            try await body(stage)
        }
    }

    @Test("The API's, page by page, are those that there are, each once")
    func api() async throws {
        try await withDusk { stage async throws in
            var seen: [Int] = []
            var path: String? = "/api/v1/events?limit=100"
            while let next = path {
                let answer = try await stage.ask(next).json
                seen += try #require(answer["events"] as? [[String: Any]]).compactMap { $0["seq"] as? Int }
                path = nil
                if let before = answer["nextBefore"] as? Int, let seq = answer["nextBeforeSeq"] as? Int {
                    path = "/api/v1/events?limit=100&before=\(before)&beforeSeq=\(seq)"
                }
                if seen.count > 400 { break }
            }
            #expect(seen.count == 252 && Set(seen).count == 252)
            // An instant alone stands for all of its second, as ever.
            let before = try #require(
                try await stage.ask("/api/v1/events?before=\(SunnyRoof.now - 500)").json["events"] as? [[String: Any]])
            #expect(before.compactMap { $0["code"] as? Int } == [10_000, 101])
        }
    }

    @Test("The page's links lead through all of them")
    func page() async throws {
        try await withDusk { stage async throws in
            var rows = 0
            var path: String? = "/events"
            for _ in 0..<10 {
                guard let next = path else { break }
                let page = try await stage.ask(next).text
                rows += page.matches(of: #/<th scope="row">(microinverter|grid)/#).count
                path = page.firstMatch(of: #/rel="next" href="([^"]+)"/#).map { String($0.output.1).replacing("&amp;", with: "&") }
            }
            #expect(path == nil && rows == 252)
        }
    }
}
