import Archive
import Foundation
import Reports
import TestSupport
import Testing

@testable import Dashboard

@Suite("The API tells what the archive knows", .timeLimit(.minutes(10)))
struct APITests {
    @Test("Every answer is as the OpenAPI file says, and every route is in it", .enabled(if: Checkers.areThere))
    func openAPI() async throws {
        try await withStage { stage async throws in
            try SpoolFiles.put(SpoolFiles.stem, in: stage.spool)
            let low = AlertCondition(.init(.panelLow, envoy: SunnyRoof.envoy, subject: SunnyRoof.shaded), "low")
            try await stage.archive.keep(alerts: [low, AlertCondition(.init(.diskFilling), "full")], now: SunnyRoof.now - 600)
            try await stage.archive.keep(alerts: [low], now: SunnyRoof.now)
            // A failure shows where the password is asked for.
            try await withStage({ try? PasswordHash(of: "correct horse").write(to: $0.passwordFile) }) { guarded async throws in
                let finished = try await Program.run(
                    Checkers.python, [Checkers.script("check_api.py"), stage.base, SpoolFiles.stem, guarded.base])
                #expect(finished.status == 0, "\(finished.text)\(finished.errors)")
                #expect(finished.text.contains("all routes agree"))
            }
        }
    }

    @Test("Now: power is the sum of the panels', energy that of the day's intervals, and the shaded panel stands out")
    func now() async throws {
        try await withStage { stage async throws in
            let answer = try await stage.ask("/api/v1/now").json
            let envoy = try #require((answer["envoys"] as? [[String: Any]])?.first)
            let steps = 0..<96
            let sum = steps.reduce(0) { sum, step in sum + SunnyRoof.panels.reduce(0) { $0 + SunnyRoof.joules($1, step) } }
            #expect(try abs(#require(envoy["todayWattHours"] as? Double) - Double(sum) / 3_600) < 0.01)
            let last = SunnyRoof.panels.reduce(0) { $0 + SunnyRoof.joules($1, 95) }
            #expect(try abs(#require(envoy["watts"] as? Double) - Double(last) / 300) < 0.01)
            #expect(envoy["isFresh"] as? Bool == true && envoy["isDay"] as? Bool == true)
            let panels = try #require(envoy["panels"] as? [[String: Any]])
            #expect(panels.count == 4)
            #expect(try abs(#require(panels[3]["shareNow"] as? Double) - 1.0 / 3) < 0.01)
            let kinds = try #require(envoy["troubles"] as? [[String: Any]]).compactMap { $0["kind"] as? String }
            #expect(kinds == ["panel-weak", "event-open"])
        }
    }

    @Test("A day's power adds up to the day's energy, and hours, days, months and years to one another")
    func sums() async throws {
        try await withStage { stage async throws in
            let power = try await stage.ask("/api/v1/power?from=2026-06-20&to=2026-06-20").json
            let watts = try #require(power["watts"] as? [Double])
            let day = try await stage.ask("/api/v1/energy?by=day&from=2026-06-20&to=2026-06-20").json
            let energy = try #require(day["totalWattHours"] as? Double)
            #expect(energy > 1_000 && abs(watts.reduce(0, +) / 12 - energy) < 0.1)
            for by in ["hour", "month", "year"] {
                let other = try await stage.ask("/api/v1/energy?by=\(by)&from=2026-06-20&to=2026-06-20").json
                #expect(other["totalWattHours"] as? Double == energy, "\(by)")
            }
            let compared = try await stage.ask("/api/v1/energy?from=2026-06-20&to=2026-06-20&before=yes").json
            #expect(compared["beforeTotalWattHours"] as? Double == energy)
        }
    }

    @Test("A panel's page data: each reading, and energy beside the median of its roof")
    func panel() async throws {
        try await withStage { stage async throws in
            let readings = try await stage.ask("/api/v1/devices/\(SunnyRoof.shaded)/readings?from=2026-06-20&to=2026-06-20").json
            #expect((readings["timestamps"] as? [Int])?.count == 168)
            #expect((readings["dcVolts"] as? [Double])?.allSatisfy { $0 == 30 } == true)
            let energy = try await stage.ask("/api/v1/devices/\(SunnyRoof.shaded)/energy?from=2026-06-20&to=2026-06-20").json
            let period = try #require((energy["periods"] as? [[String: Any]])?.first)
            let own = try #require(period["wattHours"] as? Double)
            let median = try #require(period["medianWattHours"] as? Double)
            #expect(abs(own / median - 1.0 / 3) < 0.01)
            #expect(try await stage.ask("/api/v1/devices/nothing.1/readings").status == 404)
        }
    }

    @Test("Events come newest first, raised and cleared as one")
    func events() async throws {
        try await withStage { stage async throws in
            let events = try #require(try await stage.ask("/api/v1/events").json["events"] as? [[String: Any]])
            #expect(events.map { $0["code"] as? Int } == [10_000, 101])
            #expect(events[0]["isOpen"] as? Bool == true)
            #expect(events[1]["endedTimestamp"] as? Int == SunnyRoof.now - 3_600)
            let earlier = try await stage.ask("/api/v1/events?limit=1").json
            let before = try #require(earlier["nextBefore"] as? Int)
            let rest = try #require(try await stage.ask("/api/v1/events?before=\(before)").json["events"] as? [[String: Any]])
            #expect(rest.map { $0["code"] as? Int } == [101])
        }
    }

    @Test(
        "A question that makes no sense is refused in words, not answered with something else",
        arguments: [
            "/api/v1/energy?by=week", "/api/v1/energy?from=2026-02-30", "/api/v1/energy?from=2026-06-21&to=2026-06-20",
            "/api/v1/power?from=2020-01-01", "/api/v1/power?step=1", "/api/v1/events?limit=0", "/api/v1/captures?limit=x",
            "/api/v1/energy?from=99999-01-01",
        ])
    func nonsense(path: String) async throws {
        try await withStage { stage async throws in
            let answer = try await stage.ask(path)
            #expect(answer.status == 400)
            #expect((answer.json["error"] as? String)?.isEmpty == false)
        }
    }

    @Test("Before the first report the page says what it waits for, and the API that there is nothing")
    func nothing() async throws {
        try await withStage(isFilled: false, { $0.archivePath += ".missing" }) { stage async throws in
            let page = try await stage.ask("/")
            #expect(page.status == 200 && page.text.contains("no report has come yet"))
            #expect(try await stage.ask("/api/v1/power").status == 503)
            #expect(try await stage.ask("/api/v1/service").status == 200)
        }
        try await withStage(isFilled: false) { stage async throws in
            #expect(try await stage.ask("/").text.contains("no report has come yet"))
            #expect(try await stage.ask("/history").status == 503)
        }
    }
}

/// Python's checkers, which scripts/install-test-tools installs.
enum Checkers {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let python = root.appending(path: ".build/test-tools/bin/python").path(percentEncoded: false)
    /// Where pictures of the pages are left, to be looked at.
    static let pictures = root.appending(path: ".build/pages").path(percentEncoded: false)
    static let areThere = Program.isInstalled(python)

    static func script(_ name: String) -> String {
        root.appending(path: "Tests/DashboardTests/browser/\(name)").path(percentEncoded: false)
    }
}
