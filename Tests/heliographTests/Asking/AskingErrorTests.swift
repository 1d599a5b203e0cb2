import Archive
import Foundation
import Testing

@testable import heliograph

@Suite(.timeLimit(.minutes(10))) struct AskingErrorTests {
    private func errors(_ command: String, _ house: SimulatedHouse) throws -> String {
        let transcript = try CommandTranscript(command, in: house.folder.url)
        #expect(transcript.status == 1)
        #expect(transcript.output == "")
        return transcript.errors
    }

    @Test(arguments: ["today", "energy", "devices"])
    func `where there is no archive, or nothing in it, that is said`(verb: String) async throws {
        let house = try SimulatedHouse()
        #expect(
            try errors("\(verb) --data d", house) == """
                error: there is no archive d/archive.sqlite
                hint: heliograph run makes it; name its folder with --data, as run was given it, or the file with --archive

                """)
        try await ArchiveWriter.open(house.archive).close()
        #expect(
            try errors("\(verb) --archive archive.sqlite", house) == """
                error: nothing is in the archive archive.sqlite yet
                hint: reports appear some seconds after they were captured; heliograph status shows what waits

                """)
        try Data("good morning".utf8).write(to: house.folder.file("other"))
        #expect(
            try errors("\(verb) --archive other", house) == """
                error: opening other: it is not an SQLite database
                hint: move it away, and make the archive again from the spool with `heliograph replay`; it was left as it is

                """)
    }

    @Test func `an Envoy or device that is not there, and a day that is none, are named with what may be meant`() async throws {
        let house = try SimulatedHouse()
        try await house.keep(
            MadeReport("129900000001", zone: "Europe/Berlin").interval("129911111111.1", end: 1_434_868_200, joules: 1)
                .interval("129911111111.2", end: 1_434_868_200, joules: 1))
        let cases = [
            ("today --envoy 129900000010", "no Envoy 129900000010 in the archive\nhint: did you mean 129900000001?"),
            ("today --envoy roof", "no Envoy roof in the archive\nhint: it has 129900000001"),
            ("energy --device 129911111112.1", "no device 129911111112.1 in the archive\nhint: did you mean 129911111111.1?"),
            ("energy --device x", "no device x in the archive\nhint: heliograph devices lists them"),
            ("energy --device 129911111111", "device 129911111111 has several channels\nhint: name one of 129911111111.1, 129911111111.2"),
            (
                "energy --from soon",
                "--from soon is not a day\nhint: write a day as 2026-11-23, a month as 2026-11, a year as 2026, or today or yesterday"
            ),
            ("energy --to 2015-02-29", "--to 2015-02-29: there is no such day\nhint: that month ends with 2015-02-28"),
            ("energy --to 2015-13", "--to 2015-13: there is no month 13\nhint: write a month from 01 to 12"),
            ("energy --from 1066", "--from 1066: no such year here\nhint: write a year from 1970 on"),
            (
                "energy --from 2015-6-1",
                "--from 2015-6-1 is not a day\nhint: write a day as 2026-11-23, a month as 2026-11, a year as 2026, or today or yesterday"
            ),
            (
                "energy --from 2015-06-21 --to 2015-06-20",
                "--to 2015-06-20 lies before --from 2015-06-21\nhint: give the earlier day to --from; both are days that count"
            ),
        ]
        for (command, message) in cases {
            #expect(try errors("\(command) --archive archive.sqlite", house) == "error: \(message)\n")
        }
        let usage = try CommandTranscript("energy --by week", in: house.folder.url)
        #expect(usage.status == 64 && usage.errors.contains("'hour', 'day', 'month'"))
    }

    @Test func `a device that two Envoys know is asked of with the Envoy's name`() async throws {
        let house = try SimulatedHouse()
        for (envoy, joules) in [("129900000001", 3_600_000), ("129900000002", 7_200_000)] {
            try await house.keep(MadeReport(envoy, zone: "UTC").interval("129911111111.1", end: 1_434_868_200, joules: joules))
        }
        let message = "more than one Envoy knows the device 129911111111.1\nhint: name one: --envoy 129900000001 or --envoy 129900000002"
        let command = "energy --archive archive.sqlite --from 2015 --device 129911111111.1"
        #expect(try errors(command, house) == "error: \(message)\n")
        let one = try CommandTranscript(command + " --envoy 129900000002", in: house.folder.url)
        #expect(one.status == 0 && one.output.contains("Envoy 129900000002") && one.output.contains("\n2015-06-21  2.00"))
    }

    @Test(arguments: [
        ("2016-02-29", "2016-02-29", "2016-02-29"), ("2016-02", "2016-02-01", "2016-02-29"), ("2015-02", "2015-02-01", "2015-02-28"),
        ("2015-12", "2015-12-01", "2015-12-31"), ("2016", "2016-01-01", "2016-12-31"), ("today", "2020-03-01", "2020-03-01"),
        ("yesterday", "2020-02-29", "2020-02-29"),
    ])
    func `days are named as people name them`(text: String, first: String, last: String) throws {
        let today = CivilDate(year: 2020, month: 3, day: 1)
        let days = try AskedDays.range(from: text, to: text, today: today, usual: today...today)
        #expect("\(days.lowerBound)" == first && "\(days.upperBound)" == last)
    }
}
