import Archive
import Foundation
import Testing

@testable import heliograph

@Suite(.timeLimit(.minutes(10))) struct AlertsCommandTests {
    private static let time = 1_434_868_200

    private func house() async throws -> SimulatedHouse {
        let house = try SimulatedHouse()
        try await house.keep(MadeReport("129900000001", zone: "Europe/Berlin").reading("129911111111.1", at: Self.time, joules: 1))
        return house
    }

    @Test func `where nothing is wrong, and nothing was, that is said`() async throws {
        let house = try await house()
        let alerts = try CommandTranscript("alerts --archive archive.sqlite", in: house.folder.url)
        #expect(alerts.status == 0 && alerts.output == "nothing is wrong, and nothing was\n")
    }

    @Test func `what lasts comes first, then what has ended, on the clock that is asked for`() async throws {
        let house = try await house()
        let writer = try await ArchiveWriter.open(house.archive)
        let disk = AlertCondition(.init(.diskFilling), "12 MB are free on the disk of the captures")
        let silent = AlertCondition(
            .init(.envoySilent, envoy: "129900000001"), "Envoy 129900000001 has not reported since 2015-06-21T06:30:00Z")
        try await writer.keep(alerts: [disk], now: Self.time)
        try await writer.keep(alerts: [silent], now: Self.time + 7_200)
        try await writer.close()
        let alerts = try CommandTranscript("alerts --archive archive.sqlite --utc", in: house.folder.url)
        #expect(
            alerts.output == """
                since                                             what
                2015-06-21T08:30:00Z  lasts                       Envoy 129900000001 has not reported since 2015-06-21T06:30:00Z
                2015-06-21T06:30:00Z  ended 2015-06-21T08:30:00Z  12 MB are free on the disk of the captures

                """)
        let local = try CommandTranscript(
            "alerts --archive archive.sqlite --ended 0", in: house.folder.url, environment: ["TZ": "Europe/Berlin"])
        #expect(local.output.contains("2015-06-21T10:30:00+02:00  lasts") && local.output.contains("since 2015-06-21T08:30:00+02:00"))
        #expect(!local.output.contains("12 MB"))
        let json = try CommandTranscript("alerts --archive archive.sqlite --json", in: house.folder.url)
        let list = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]).list("alerts")
        #expect(list.map { $0.text("rule") } == ["envoySilent", "diskFilling"] && list.map { $0.text("state") } == ["raised", "ended"])
    }

    @Test func `an archive or an Envoy that is not there is named with what may be meant`() async throws {
        let house = try await house()
        #expect(
            try CommandTranscript("alerts --data d", in: house.folder.url).errors == """
                error: there is no archive d/archive.sqlite
                hint: heliograph run makes it; name its folder with --data, as run was given it, or the file with --archive

                """)
        let unknown = try CommandTranscript("alerts --archive archive.sqlite --envoy 129900000002", in: house.folder.url)
        #expect(unknown.status == 1)
        #expect(unknown.errors == "error: no Envoy 129900000002 in the archive\nhint: did you mean 129900000001?\n")
    }
}
