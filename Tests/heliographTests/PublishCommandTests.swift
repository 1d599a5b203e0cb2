import Archive
import Foundation
import TestSupport
import Testing

@testable import heliograph

@Suite(.timeLimit(.minutes(2))) struct PublishCommandTests {
    private static let time = 1_434_868_200

    /// An archive of two readings and an interval, settings, and a program that keeps what it is given and ends with a status.
    private func house(status: Int = 0, settings: String = "") async throws -> SimulatedHouse {
        let house = try SimulatedHouse()
        let day = MadeReport("129900000001", zone: "Europe/Berlin").reading("129911111111.1", at: Self.time, joules: 60_000)
        try await house.keep(
            day.interval("129911111111.1", end: Self.time, joules: 60_000).reading("129911111111.1", at: Self.time + 86_400, joules: 1))
        let hook = house.folder.file("hook")
        try Data("#!/bin/sh\ncat >>lines\nexit \(status)\n".utf8).write(to: hook)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook.path)
        let text = "archive: archive.sqlite\ncommand:\n  run: ./hook\ninfluxdb:\n  url: http://127.0.0.1:1\n  database: solar\n" + settings
        try Data(text.utf8).write(to: house.folder.file("h.yaml"))
        return house
    }

    private func heliograph(_ arguments: String, _ house: SimulatedHouse) throws -> CommandTranscript {
        try CommandTranscript("publish \(arguments) --config h.yaml", in: house.folder.url)
    }

    private func lines(_ house: SimulatedHouse) throws -> [[String: Any]] {
        try String(contentsOf: house.folder.file("lines"), encoding: .utf8).split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test func `a trial sends the newest row, and says which and how long it took`() async throws {
        let house = try await house()
        let trial = try heliograph("--test command", house)
        #expect(trial.status == 0 && trial.errors == "")
        #expect(
            trial.output.wholeMatch(of: /command at \.\/hook took the newest row, of 2015-06-22T06:30:00Z, in [0-9]+ ms\n/) != nil,
            "\(trial.output)")
        let lines = try lines(house)
        #expect(lines.count == 1 && lines[0].integer("timestamp") == Self.time + 86_400)
        let json = try #require(
            JSONSerialization.jsonObject(with: Data(heliograph("--test command --json", house).output.utf8)) as? [String: Any])
        #expect(json.text("name") == "command" && json.text("time") == "2015-06-22T06:30:00Z" && json.integer("milliseconds") != nil)
    }

    @Test func `the past is sent again, day by day as asked for`() async throws {
        let house = try await house()
        let filled = try heliograph("--to command --since 2015-06-21 --until 2015-06-21", house)
        #expect(filled.status == 0 && filled.output == "sent 2 rows to command at ./hook\n")
        #expect(Set(try lines(house).compactMap { $0.text("kind") }) == ["interval", "reading"])
        let json = try #require(
            JSONSerialization.jsonObject(with: Data(heliograph("--to command --since 2015 --json", house).output.utf8)) as? [String: Any])
        #expect(json.integer("rowsSent") == 3 && json.integer("rowsRefused") == 0 && json["isWhole"] as? Bool == true)
    }

    @Test func `who does not take it, and why, is said, with what to look at`() async throws {
        let cases = [
            (
                "--test influxdb", 0,
                """
                influxdb at http://127.0.0.1:1 did not take it: it can't be reached: connection refused
                hint: see that it runs, and that the influxdb settings and their secrets are right: heliograph config check
                """
            ),
            (
                "--test mqtt", 0,
                """
                mqtt at mqtt://127.0.0.1:1 did not take it: it can't be reached
                hint: see that it runs, and that the mqtt settings and their secrets are right: heliograph config check
                """
            ),
            (
                "--test command", 65,
                """
                command at ./hook did not take it: ./hook refuses the rows (status 65)
                hint: see that it runs, and that the command settings and their secrets are right: heliograph config check
                """
            ),
        ]
        for (arguments, status, message) in cases {
            let house = try await house(status: status, settings: "mqtt:\n  broker: mqtt://127.0.0.1:1\n")
            let tried = try heliograph(arguments, house)
            #expect(tried.status == 1 && tried.output == "" && tried.errors == "error: \(message)\n")
        }
    }

    @Test func `what can't be meant is said before anything is sent`() async throws {
        let house = try await house(settings: "mqtt:\n  broker: mqtt://127.0.0.1:1\n")
        let cases = [
            ("--test comand", "there is no publisher comand\nhint: did you mean command?"),
            ("--test fax", "there is no publisher fax\nhint: there are mqtt, influxdb, pvoutput, webhook, command"),
            ("--test webhook", "webhook is off\nhint: its settings begin with webhook.; see docs/publishing.md"),
            ("--test pvoutput", "pvoutput is off\nhint: its settings begin with pvoutput.systems; see docs/publishing.md"),
            (
                "--to mqtt --since 2015",
                "mqtt tells of now only: its states can't be back-dated\nhint: the energy of the past is in its totals"
            ),
            (
                "--to command --since soon",
                "--since soon is not a day\nhint: write a day as 2026-11-23, a month as 2026-11, a year as 2026, or today or yesterday"
            ),
            (
                "--to command --since 2015-06-22 --until 2015-06-21",
                "--until 2015-06-21 lies before --since 2015-06-22\nhint: give the earlier day to --since; both are days that count"
            ),
        ]
        for (arguments, message) in cases {
            let tried = try heliograph(arguments, house)
            #expect(tried.status == 1 && tried.errors == "error: \(message)\n", "\(arguments)")
        }
        for arguments in ["", "--test command --to command --since 2015", "--to command", "--test command --since 2015"] {
            #expect(try heliograph(arguments, house).status == 64, "\(arguments)")
        }
        #expect(!FileManager.default.fileExists(atPath: house.folder.file("lines").path))
    }

    @Test func `a secret that is missing is asked for by the name of its setting`() async throws {
        let missing = try heliograph("--test mqtt", await house(settings: "mqtt:\n  broker: mqtt://127.0.0.1:1\n  password-file: nofile\n"))
        #expect(
            missing.errors == """
                error: mqtt.password-file: can't read nofile: no such file or directory
                hint: see that it is there, and readable for the user that heliograph runs as

                """)
        let keyless = try heliograph("--test pvoutput", await house(settings: "pvoutput:\n  systems: [129900000001=1]\n"))
        #expect(
            keyless.errors == """
                error: pvoutput.systems is set without a key
                hint: name a file with the API key in pvoutput.key-file, or set HELIOGRAPH_PVOUTPUT_KEY

                """)
    }
}
