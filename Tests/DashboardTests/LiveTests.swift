import Archive
import Foundation
import TestSupport
import Testing

@testable import Dashboard

@Suite("An open page hears of everything that it would show otherwise now", .timeLimit(.minutes(5)))
struct LiveTests {
    /// Listens to the stream, changes something, and waits until it tells of it in place of what it told before.
    private func expectNews(
        of key: String, _ change: @Sendable (inout DashboardConfiguration) -> Void = { _ in },
        when act: @Sendable @escaping (Stage) throws -> Void
    ) async throws {
        try await withStage(change) { stage async throws in
            let stream = try Program("curl", ["-s", "-N", "--max-time", "120", stage.base + "/api/v1/live"])
            #expect(await stream.output.wait { $0.text.contains("event: archive") && $0.text.hasSuffix("\n\n") })
            let first = try #require(Self.values(of: key, in: stream.output.value.text).last)
            try act(stage)
            #expect(await stream.output.wait { text in Self.values(of: key, in: text.text).contains { $0 != first } })
            // A child of a test keeps its signals blocked; this one can't be.
            stream.send(SIGKILL)
            _ = await stream.end()
        }
    }

    private static func values(of key: String, in text: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("data: ") && $0.hasSuffix("}") }.compactMap { line in
            let object = try? JSONSerialization.jsonObject(with: Data(line.dropFirst(6).utf8)) as? [String: Any]
            return object?[key].map { "\($0)" }
        }
    }

    @Test("A capture that comes while nothing is ingested, and one that is rejected", arguments: ["", "rejected"])
    func captures(folder: String) async throws {
        try await expectNews(of: "state") { stage in try SpoolFiles.put(SpoolFiles.stem, in: stage.spool.appending(path: folder)) }
    }

    @Test("Before the first report as well")
    func beforeTheFirst() async throws {
        try await expectNews(of: "state", { $0.archivePath += ".missing" }) { stage in try SpoolFiles.put(SpoolFiles.stem, in: stage.spool)
        }
    }

    @Test("Another mode, and a cloud that fails", arguments: [true, false])
    func proxy(isMode: Bool) async throws {
        let state = Watched(ProxyState(startedTimestamp: 0, cloud: "forward", cloudSinceTimestamp: 0, upstream: "https://cloud.example"))
        try await expectNews(of: "state", { $0.proxy = { state.value } }) { _ in
            state.change { if isMode { $0.cloud = "answer" } else { $0.lastCloudFailureTimestamp = SunnyRoof.now } }
        }
    }

    @Test("The next minute: what a page says of the present grows old by itself")
    func minute() async throws {
        let clock = Watched(SunnyRoof.now)
        try await expectNews(of: "minute", { $0.clock = { clock.value } }) { _ in clock.change { $0 += 60 } }
    }
}

@Suite("What is not known is not told as nothing", .timeLimit(.minutes(5)))
struct UnknownTests {
    @Test(
        "Power of an Envoy that is silent is unknown by day, and nothing by night",
        arguments: [(2, ">unknown<", "since 14:00"), (9, ">0 W<", "last reading 14:00"), (16, ">0 W<", "last reading 2026-06-21 14:00")])
    func silent(hours: Int, power: String, note: String) async throws {
        try await withStage({ $0.clock = { SunnyRoof.now + hours * 3_600 + 600 } }) { stage async throws in
            let page = try await stage.ask("/").text
            #expect(page.contains("id=\"power\"\(power)") && page.contains(">\(note)<"), "\(page)")
        }
    }

    @Test("A day's hours are those that gave more than next to nothing on half of the days")
    func hours() {
        let days = (0..<4).map { CivilDate(daysSince1970: $0) }
        let samples = days.flatMap { day in (0..<24).map { (day: day, hour: $0, joules: (6..<20).contains($0) ? 1_000 : 10) } }
        var daylight = Daylight(zone: nil, samples + [(day: days[0], hour: 3, joules: 1_000)])
        #expect(daylight.hours == Set(6..<20))
        #expect((0..<24).filter { daylight.isDay(at: $0 * 3_600) } == Array(7..<20))
        #expect(Daylight(zone: nil, []).hours.isEmpty)
    }
}
