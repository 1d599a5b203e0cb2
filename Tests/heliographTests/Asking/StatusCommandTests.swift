import Archive
import Foundation
import Reports
import Testing

@testable import heliograph

@Suite(.timeLimit(.minutes(10))) struct StatusCommandTests {
    private let time = 1_434_868_200

    private func house() async throws -> SimulatedHouse {
        let house = try SimulatedHouse()
        let finding = Finding(kind: .unknownElement, element: "weather", line: 3, count: 2)
        try await house.keep(
            MadeReport("129900000001", zone: "Europe/Berlin", firmware: "R3.12").interval("129911111111.1", end: time, joules: 1)
                .reading("129911111111.1", at: time, joules: 2), findings: [finding])
        try await house.keep(MadeReport("129900000002", zone: "US/Pacific").event(1, 509, state: 0, at: time - 7_200, "129922222222"))
        let spool = house.folder.url.appending(path: "spool")
        for name in [
            "2015-06-21T08:30:07-abcdef.request", "2015-06-21T08:30:07-abcdef.response", "2015-06-21T08:25:07-abcdeg.request",
            ".2015-06-21T08:35:07-abcdef.request.partial", "rejected/2015-06-20/2015-06-20T08:30:07-abcdef.request.gz",
            "rejected/2015-06-20/2015-06-20T08:30:07-abcdef.reason", "processed/2015-06-20/2015-06-20T08:35:07-abcdef.request.gz",
        ] {
            let file = spool.appending(path: name)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: file)
        }
        return house
    }

    @Test func `the page tells of the spool, the archive, each Envoy, and what is not understood`() async throws {
        let house = try await house()
        let text = try await asked("status --data \(house.data)", now: time + 600)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let data = house.data.hasSuffix("/") ? String(house.data.dropLast()) : house.data
        let spool = "spool     \(data)/spool: 2 captures to archive, the oldest of 2015-06-21T08:25:07; 1 could not be read; "
        #expect(lines.contains { $0.hasPrefix(spool) && $0.hasSuffix(" free") })
        #expect(lines.contains { $0.hasPrefix("archive   \(data)/archive.sqlite: 2 reports, 3 rows, ") })
        #expect(
            text.hasSuffix(
                """

                       Envoy  last report                                rows  firmware  address
                129900000001  2015-06-21T08:30:00+02:00  10 minutes ago     2  R3.12
                129900000002  2015-06-20T21:30:00-07:00  2 hours ago        1

                unknown things in the reports:
                  2 × unknownElement weather, last in 2015-06-21T08:30:07-100000

                """))
    }

    @Test func `as JSON it can be read by machines`() async throws {
        let house = try await house()
        let json = try await askedJSON("status --data \(house.data) --envoy 129900000001", now: time + 600)
        let envoy = try #require(json.list("envoys").first)
        #expect(json.list("envoys").count == 1)
        #expect(envoy.text("lastReport") == "2015-06-21T08:30:00+02:00" && envoy.integer("lastReportAgeSeconds") == 600)
        #expect(envoy.text("lastReceived") == "2015-06-21T08:30:07+02:00")
        #expect(envoy.integer("intervals") == 1 && envoy.integer("readings") == 1 && envoy.integer("events") == 0)
        let spool = json["spool"] as? [String: Any]
        #expect(spool?.integer("waiting") == 2 && spool?.integer("rejected") == 1)
        #expect((spool?.integer("freeBytes") ?? 0) > 0)
        let archive = json["archive"] as? [String: Any]
        #expect(archive?.integer("reports") == 2 && archive?.integer("rows") == 2)
        #expect(json.list("findings").first?.text("element") == "weather")
    }

    @Test func `it works without an archive, and says so where there is nothing at all`() async throws {
        let house = try SimulatedHouse()
        let nothing = try CommandTranscript("status --data d", in: house.folder.url)
        #expect(nothing.status == 1)
        #expect(
            nothing.errors == """
                error: there is neither a spool d/spool nor an archive d/archive.sqlite
                hint: heliograph run makes them; name their folder with --data, as run was given it

                """)
        try FileManager.default.createDirectory(at: house.folder.url.appending(path: "spool"), withIntermediateDirectories: true)
        let spool = try CommandTranscript("status --data .", in: house.folder.url)
        #expect(spool.status == 0)
        #expect(spool.output.contains("spool     ./spool: nothing waits; "))
        #expect(spool.output.contains("\narchive   ./archive.sqlite, which is not there yet\n"))
    }

    @Test func `where the archive can't be read, proxy and spool are told all the same, why it can't, and the status is 1`() async throws {
        let house = try await house()
        try Data("good morning".utf8).write(to: house.folder.file("archive.sqlite"))
        let page = try CommandTranscript("status --data .", in: house.folder.url)
        #expect(page.status == 1 && page.errors == "")
        #expect(page.output.hasPrefix("proxy     not running\nspool     ./spool: 2 captures to archive, "))
        #expect(
            page.output.hasSuffix(
                """
                archive   ./archive.sqlite, which can't be read: it is not an SQLite database
                          move it away, and make the archive again from the spool with `heliograph replay`; it was left as it is

                """))
        let json = try CommandTranscript("status --data . --json", in: house.folder.url)
        let told = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(json.status == 1)
        #expect(told.text("archiveFailure") == "opening ./archive.sqlite: it is not an SQLite database")
        #expect(told["archive"] == nil && (told["spool"] as? [String: Any])?.integer("waiting") == 2)
    }
}
