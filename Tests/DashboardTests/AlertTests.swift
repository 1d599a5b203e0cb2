import Archive
import Foundation
import Reports
import TestSupport
import Testing

@testable import Dashboard

@Suite("Alerts show while they last, and that they ended", .timeLimit(.minutes(5)))
struct AlertTests {
    private let low = AlertCondition(
        .init(.panelLow, envoy: SunnyRoof.envoy, subject: SunnyRoof.shaded),
        "panel \(SunnyRoof.shaded) gave 33 % of the median panel in three days")
    private let cloud = AlertCondition(.init(.cloudUnreachable), "the cloud has not answered since 2026-06-21T10:15:00Z; captures go on")

    @Test("An alert is on the first page, by the panel's name and the Envoy's clock, and what it says is said once")
    func raised() async throws {
        try await withStage { stage async throws in
            try await stage.archive.layRoof([RoofTile(equipment: SunnyRoof.shaded, name: "Chimney", x: 0, y: 0)], of: SunnyRoof.envoy)
            #expect(try await stage.ask("/").text.contains("Chimney made 33\u{a0}% of the median panel"))
            try await stage.archive.keep(alerts: [low, cloud], now: SunnyRoof.now - 600)
            let page = try await stage.ask("/").text
            #expect(page.contains("panel Chimney gave 33 % of the median panel in three days"))
            #expect(!page.contains("Chimney made 33"))
            #expect(page.contains("has not answered since 2026-06-21 12:15; captures go on") && page.contains("raised 13:50"))
            #expect(page.contains("Worth a look") && !page.contains("Ended lately"))
            let events = try await stage.ask("/events").text
            #expect(events.contains("Panel below its peers") && events.contains("lasts"))
        }
    }

    @Test("What has ended is told as over, with both its instants, and the page is well again")
    func ended() async throws {
        try await withStage { stage async throws in
            try await stage.archive.keep(alerts: [cloud], now: SunnyRoof.now - 600)
            try await stage.archive.keep(alerts: [], now: SunnyRoof.now)
            let page = try await stage.ask("/").text
            #expect(page.contains("Ended lately") && page.contains("2026-06-21 13:50 to 2026-06-21 14:00"))
            #expect(try await stage.ask("/events").text.contains("10 minutes"))
            let alerts = try #require(try await stage.ask("/api/v1/alerts").json["alerts"] as? [[String: Any]])
            #expect(alerts.map { $0["isOpen"] as? Bool } == [false])
            #expect(alerts.first?["endedTimestamp"] as? Int == SunnyRoof.now)
            #expect((try await stage.ask("/api/v1/alerts?ended=0").json["alerts"] as? [Any])?.isEmpty == true)
        }
    }

    @Test("The API tells of an Envoy's alerts and of those about none, the lasting ones first")
    func api() async throws {
        try await withStage { stage async throws in
            let other = AlertCondition(.init(.envoySilent, envoy: "1"), "Envoy 1 has not reported since 2026-06-21T08:00:00Z")
            try await stage.archive.keep(alerts: [cloud], now: SunnyRoof.now - 900)
            try await stage.archive.keep(alerts: [low, other], now: SunnyRoof.now - 600)
            func rules(_ path: String) async throws -> [String] {
                try #require(try await stage.ask(path).json["alerts"] as? [[String: Any]]).compactMap { $0["rule"] as? String }
            }
            #expect(try await rules("/api/v1/alerts").sorted() == ["cloudUnreachable", "envoySilent", "panelLow"])
            #expect(try await rules("/api/v1/alerts?envoy=\(SunnyRoof.envoy)") == ["panelLow", "cloudUnreachable"])
            let now = try #require((try await stage.ask("/api/v1/now").json["envoys"] as? [[String: Any]])?.first)
            let troubles = try #require(now["troubles"] as? [[String: Any]])
            #expect(troubles.first?["kind"] as? String == "panel-weak" && troubles.first?["alert"] is Int)
            #expect(troubles.count { $0["kind"] as? String == "panel-weak" } == 1)
            // Whoever looks at one Envoy hears of the others.
            #expect(try await stage.ask("/").text.contains("Envoy 1 has not reported since 2026-06-21 10:00"))
        }
    }

    @Test("A page that is open hears of an alert, though no row has come")
    func live() async throws {
        try await withStage { stage async throws in
            let seq = String(try #require(try await stage.ask("/").text.firstMatch(of: /data-mark="([0-9]+)\.0\./)).output.1)
            let stream = try Program("curl", ["-s", "-N", "--max-time", "60", stage.base + "/api/v1/live"])
            #expect(await stream.output.wait { $0.text.contains("data: {\"seq\":\(seq),\"alertChange\":0,") })
            try await stage.archive.keep(alerts: [cloud], now: SunnyRoof.now)
            #expect(await stream.output.wait { $0.text.contains("data: {\"seq\":\(seq),\"alertChange\":1,") })
            // A child of a test keeps its signals blocked; this one can't be.
            stream.send(SIGKILL)
            _ = await stream.end()
        }
    }

    @Test("One event on many devices is told as one thing")
    func many() async throws {
        try await withStage { stage async throws in
            var report = SunnyRoof.empty(at: SunnyRoof.now)
            report.events = SunnyRoof.panels.enumerated().map { index, panel in
                var event = Event(id: 100 + index, code: 101, timestamp: SunnyRoof.now - 500)
                (event.stateNumber, event.equipment) = (2, panel)
                return event
            }
            try await stage.archive.keep(report, from: Source(name: "next", receivedTimestamp: SunnyRoof.now))
            let page = try await stage.ask("/").text
            #expect(page.matches(of: /grid instability/).count == 1 && page.contains("grid instability on 4 devices"))
        }
    }
}
