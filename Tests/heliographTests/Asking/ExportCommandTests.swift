import Archive
import Foundation
import Reports
import TestSupport
import Testing

@testable import heliograph

@Suite(.timeLimit(.minutes(10))) struct ExportCommandTests {
    private let envoy = "129900000001"

    /// A small reader of RFC 4180, for what another program would read.
    private func fields(_ csv: String) -> [[String]] {
        var (rows, row, field, isQuoted) = ([[String]](), [String](), "", false)
        var scalars = csv.unicodeScalars.makeIterator()
        var next = scalars.next()
        while let scalar = next {
            next = scalars.next()
            switch (scalar, isQuoted) {
            case ("\"", true) where next == "\"": field.append("\""); next = scalars.next()
            case ("\"", _): isQuoted.toggle()
            case (",", false): row.append(field); field = ""
            case ("\r", false) where next == "\n": rows.append(row + [field]); (row, field) = ([], ""); next = scalars.next()
            default: field.unicodeScalars.append(scalar)
            }
        }
        return rows
    }

    @Test func `every interval and reading comes out once, with its values, in both formats`() async throws {
        var house = try SimulatedHouse()
        let (start, end) = (try instant("2015-10-24T12:00:00Z"), try instant("2015-10-26T12:00:00Z"))
        try await house.live(envoy, from: start, to: end)
        try await house.live("129900000002", at: SimulatedHouse.angeles, panels: 2, from: start, to: end)
        let csv = fields(try await asked("export readings --data \(house.data)", now: end))
        let lines = try await asked("export readings --data \(house.data) --format jsonl", now: end).split(separator: "\n")
        let names = try #require(csv.first)
        #expect(
            names == [
                "envoy", "device", "time", "durationSeconds", "watts", "acVolts", "acHertz", "dcVolts", "dcAmperes", "celsius",
                "errorSeconds", "errorCycles", "joules", "flags", "id", "otherStats",
            ])
        let count = house.readings.values.reduce(0) { $0 + $1.count }
        #expect(csv.count == count + 1 && lines.count == count && count > 500)
        for (row, line) in zip(csv.dropFirst(), lines) {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            for (name, field) in zip(names, row) {
                let value = object[name]
                #expect(
                    field.isEmpty ? value == nil : (value as? String == field || (value as? NSNumber)?.doubleValue == Double(field)),
                    "\(name)")
            }
        }
        for (envoy, readings) in house.readings {
            let told = csv.dropFirst().filter { $0[0] == envoy }.map { [$0[1], "\((try? instant($0[2])) ?? 0)", $0[3], $0[12]] }
            let made = readings.map { [$0.channel, "\($0.dateSeconds)", "\($0.durationSeconds)", "\($0.joules)"] }
            #expect(Set(told) == Set(made) && told.count == made.count)
        }
        // By days: the intervals of a day end after its midnight, up to the next.
        let intervals = fields(
            try await asked("export intervals --data \(house.data) --from 2015-10-25 --to 2015-10-25 --envoy \(envoy)", now: end))
        let (first, last) = (try instant("2015-10-24T22:00:00Z"), try instant("2015-10-25T23:00:00Z"))
        let ofDay = (house.intervals[envoy] ?? []).filter { $0.endSeconds > first && $0.endSeconds <= last }
        #expect(intervals.dropFirst().compactMap { Int($0[4]) }.reduce(0, +) == ofDay.reduce(0) { $0 + $1.joules })
        #expect(intervals.count == ofDay.count + 1)
        let energy = fields(
            try await asked("export energy --by hour --data \(house.data) --from 2015-10-25 --to 2015-10-25 --envoy \(envoy)", now: end))
        #expect(energy.dropFirst().compactMap { Int($0[4]) }.reduce(0, +) == ofDay.reduce(0) { $0 + $1.joules })
        try #require(intervals.count > 1)
        let device = fields(try await asked("export intervals --data \(house.data) --device \(intervals[1][1])", now: end))
        #expect(device.count == (house.intervals[envoy] ?? []).count { $0.channel == intervals[1][1] } + 1)
    }

    @Test func `devices, envoys, events and findings are exported, too`() async throws {
        let house = try SimulatedHouse()
        let finding = Finding(kind: .unknownAttribute, element: "reading", attribute: "a,b", line: 1)
        try await house.keep(
            MadeReport(envoy, zone: "Europe/Berlin", firmware: "R3 \"x\"").device("129911111111").reading(
                "129911111111.1", at: 1_434_868_200, joules: 30_000
            )
            .event(1, 509, state: 0, at: 1_434_868_200, "129911111111"), findings: [finding])
        func rows(_ table: String) async throws -> [String: String] {
            let csv = fields(try await asked("export \(table) --data \(house.data)", now: 1_434_868_300))
            return csv.count == 2 ? Dictionary(uniqueKeysWithValues: zip(csv[0], csv[1])) : [:]
        }
        let device = try await rows("devices")
        #expect(
            device["device"] == "129911111111.1" && device["watts"] == "100.000" && device["lastReading"] == "2015-06-21T08:30:00+02:00")
        let envoys = try await rows("envoys")
        #expect(envoys["serial"] == envoy && envoys["softwareVersion"] == "R3 \"x\"" && envoys["readings"] == "1")
        let event = try await rows("events")
        #expect(event["name"] == "power-on reset" && event["kind"] == "momentary" && event["durationSeconds"] == "")
        let findings = try await rows("findings")
        #expect(findings["attribute"] == "a,b" && findings["kind"] == "unknownAttribute" && findings["count"] == "1")
    }

    @Test func `reports are exported with where they came from, and rows that came again otherwise with what they said`() async throws {
        let house = try SimulatedHouse()
        let time = 1_434_868_200
        try await house.keep(MadeReport(envoy, zone: "Europe/Berlin").reading("129911111111.1", at: time, joules: 30_000))
        try await house.keep(
            MadeReport(envoy, zone: "Europe/Berlin").reading("129911111111.1", at: time, joules: 1)
                .interval("129911111111.1", end: time + 86_400, joules: 1))
        let imported = MadeReport(envoy, zone: "Europe/Berlin").reading("129911111111.1", at: time, joules: 30_000)
        let writer = try await ArchiveWriter.open(house.archive)
        try await writer.keep(imported.report, from: Source(name: "import:5f", receivedTimestamp: nil))
        try await writer.close()
        func rows(_ command: String) async throws -> [[String: String]] {
            let csv = fields(try await asked("export \(command) --data \(house.data)", now: time))
            return csv.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(csv[0], $0)) }
        }
        let reports = try await rows("reports")
        #expect(reports.map { $0["source"] } == ["2015-06-21T08:30:07-100000", "2015-06-21T08:30:07-100001", "import:5f"])
        #expect(reports.map { $0["received"] } == ["2015-06-21T08:30:07+02:00", "2015-06-22T08:30:07+02:00", ""])
        #expect(reports.map { $0["rowsNew"] } == ["1", "1", "0"] && reports.map { $0["intervals"] } == ["0", "1", "0"])
        #expect(try await rows("reports --from 2015-06-22 --to 2015-06-22").count == 1)
        #expect(try await rows("reports --envoy \(envoy)").count == 3)
        let conflicts = try await rows("conflicts --from 2015-06-21 --to 2015-06-21 --device 129911111111")
        let conflict = try #require(conflicts.first)
        #expect(conflicts.count == 1 && conflict["kind"] == "reading" && conflict["time"] == "2015-06-21T08:30:00+02:00")
        #expect(conflict["source"] == "2015-06-21T08:30:07-100001" && conflict["content"]?.contains("joules=1 ") == true)
        #expect(try await rows("conflicts --from 2015-06-22").isEmpty)
    }

    @Test func `a file appears whole in the place of the former one, and the archive is never written over`() async throws {
        let house = try SimulatedHouse()
        try await house.keep(MadeReport(envoy, zone: nil).reading("129911111111.1", at: 1_434_868_200, joules: 30_000))
        try Data("before".utf8).write(to: house.folder.file("out.csv"))
        let written = try CommandTranscript("export readings --data . -o out.csv", in: house.folder.url)
        #expect(written.status == 0 && written.output == "" && written.errors == "")
        let text = try String(contentsOf: house.folder.file("out.csv"), encoding: .utf8)
        #expect(text.hasPrefix("envoy,device,time,") && text.contains(",2015-06-21T06:30:00Z,300,100.000,"))
        #expect(names(in: house.folder.url).filter { $0.hasSuffix(".partial") } == [])
        let mode = try FileManager.default.attributesOfItem(atPath: house.folder.file("out.csv").path)[.posixPermissions] as? Int
        #expect(mode == 0o640)

        let refused = try CommandTranscript("export readings --data . -o ./archive.sqlite", in: house.folder.url)
        #expect(refused.status == 1)
        #expect(refused.errors == "error: ./archive.sqlite is the archive itself\nhint: name another file with -o\n")
        let nowhere = try CommandTranscript("export readings --data . -o nowhere/out.csv", in: house.folder.url)
        #expect(nowhere.status == 1)
        #expect(
            nowhere.errors
                == "error: can't write nowhere/out.csv: no such file or directory\nhint: name a file in a folder that you may write to\n")
        let direct = try CommandTranscript("export envoys --data . -o /dev/stdout", in: house.folder.url)
        #expect(direct.output.hasPrefix("serial,timeZone,") && direct.status == 0)
        let full = try CommandTranscript("export envoys --data . -o /dev/full", in: house.folder.url)
        #expect(full.errors.hasPrefix("error: can't write the answer: no space left on device\n") && full.status == 1)
        for wrong in [
            "export clouds", "export readings --by day", "export envoys --from 2015", "export findings --device x",
            "export reports --device x",
            "export readings --json --format csv",
        ] {
            #expect(try CommandTranscript("\(wrong) --data .", in: house.folder.url).status == 64, "\(wrong)")
        }
    }

    @Test func `an export of many rows takes little memory, and a reader who has seen enough ends it quietly`() async throws {
        let house = try SimulatedHouse()
        var made = MadeReport(envoy, zone: "Europe/Berlin")
        let count = 120_000
        for row in 0..<count { made.add("129911111111.\(row % 40)", at: 1_434_868_200 + row / 40 * 300) }
        try await house.keep(made)
        let process = Process()
        process.executableURL = URL(filePath: Program.built("heliograph"))
        process.arguments = ["export", "readings", "--data", house.data, "--format", "jsonl"]
        let (pipe, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (pipe, errors)
        try process.run()
        var (read, lines, early, late, between) = (0, 0, 0, 0, 0)
        while true {
            let data = pipe.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            read += data.count
            lines += data.count { $0 == 0x0A }
            // It waits for us here: the pipe holds far less than what is left.
            if early == 0, lines > count / 10 { (early, read) = (peakMemory(process.processIdentifier), 0) }
            if late == 0, lines > count * 9 / 10 { (late, between) = (peakMemory(process.processIdentifier), read) }
        }
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && lines == count)
        #expect(early > 0 && late > 0)
        // SQLite may fill its cache of some megabytes; who kept the rows would keep more than is written of them.
        #expect(late - early < between / 2, "from \(early) to \(late) bytes of memory while \(between) were written")

        let head = try await Program.run(
            "sh", ["-c", "'\(Program.built("heliograph"))' export readings --data '\(house.data)' | head -n 2"])
        #expect(head.text.split(separator: "\r\n").count == 2 && head.errors == "" && head.status == 0)
        // Where SIGPIPE is ignored, as under some supervisors, the write itself fails.
        let ignoring =
            "trap '' PIPE; ('\(Program.built("heliograph"))' readings --data '\(house.data)' --from 2015; echo \"ended with $?\" >&2) | head -n 2"
        let quiet = try await Program.run("sh", ["-c", ignoring])
        #expect(quiet.errors == "ended with 0\n")
    }

    /// The most memory that a process ever had, bytes (proc(5), VmHWM).
    private func peakMemory(_ process: Int32) -> Int {
        // A process that is gone has none, and fails the expectation.
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        return (status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }.flatMap { Int($0.filter(\.isNumber)) } ?? 0) * 1_024
    }
}

extension MadeReport {
    /// A reading more, in place: there are many.
    fileprivate mutating func add(_ equipment: String, at timestamp: Int) {
        var reading = Reading(id: 7, equipment: equipment, timestamp: timestamp, durationSeconds: 300)
        (reading.acMillivolts, reading.acMillihertz, reading.dcMillivolts, reading.dcMilliamperes) = (233_345, 50_020, 29_504, 6_705)
        (reading.celsius, reading.joules, reading.flags) = (42, 30_000, Flags(rawValue: 0))
        report.readings.append(reading)
        report.timestamp = timestamp
    }
}
