import Foundation
import Reports
import TestSupport
import Testing

@testable import Archive
@testable import Publishing

/// Every rule from what an archive holds, raised and ended, as the log tells it.
@Suite(.serialized) struct AlertLogTests {
    /// 12 November 2015, 00:00 UTC.
    private let midnight = 1_447_286_400
    private let day = 86_400

    /// Reports of a roof, one an hour of each day from the eighth to the fifteenth UTC, received as they were made.
    private func keep(_ days: Range<Int>, in flow: Flow, _ change: (inout Report, _ day: Int) -> Void = { _, _ in }) async throws {
        for number in days {
            for hour in 8..<16 {
                var report = Roof().reports(1, from: midnight + number * day + hour * 3_600)[0]
                change(&report, number)
                try await flow.archive.keep(report, from: Source(name: "\(number)-\(hour)", receivedTimestamp: report.timestamp ?? 0))
            }
        }
    }

    private func watch(
        _ body: (Flow, _ look: (Int) async throws -> [String]) async throws -> Void,
        _ program: @escaping @Sendable () -> ProgramFigures = { .init() }
    ) async throws {
        let (flow, told) = (try await Flow(), Told())
        let service = AlertService(archive: flow.path, limits: AlertLimits(), logger: told.logger, program: program, onChange: {})
        try await body(flow) { now in
            let known = told.lines.count
            // Twice: what lasts is not told again.
            for second in 0..<2 { try await service.look(flow.archive, now: now + second) }
            return Array(told.lines[known...])
        }
    }

    @Test func `a panel that gives little for days, and recovers`() async throws {
        try await watch { flow, look in
            let evening = midnight + 16 * 3_600
            try await keep(0..<3, in: flow) { report, _ in report.intervals[0].joules = 10_000 }
            #expect(
                try await look(evening + 2 * day) == [
                    "warning alert detail=panel 121333885001.1 gave 33 % of the median panel in three days envoy=121319000042 rule=panelLow"
                ])
            try await keep(3..<6, in: flow)
            #expect(
                try await look(evening + 5 * day) == [
                    "notice alert ended detail=panel 121333885001.1 gave 33 % of the median panel in three days envoy=121319000042 rule=panelLow"
                ])
        }
    }

    @Test func `a panel that gave little stays told while its Envoy is silent`() async throws {
        try await watch { flow, look in
            func told(_ now: Int) async throws -> [String] { try await look(now).filter { $0.contains("panelLow") } }
            let evening = midnight + 16 * 3_600
            try await keep(0..<3, in: flow) { report, _ in report.intervals[0].joules = 10_000 }
            #expect(try await told(evening + 2 * day).count == 1)
            #expect(try await told(evening + 8 * day).isEmpty, "nobody knows that it is over")
            try await keep(9..<12, in: flow)
            #expect(try await told(evening + 11 * day).first?.hasPrefix("notice alert ended") == true)
        }
    }

    @Test func `a panel that came lately gives less in three days than its peers, and is not told for that`() async throws {
        try await watch { flow, look in
            try await keep(0..<4, in: flow) { report, day in if day < 3 { report.intervals.removeFirst() } }
            #expect(try await look(midnight + 3 * day + 16 * 3_600).isEmpty)
        }
    }

    @Test func `a panel that is not read, until it is`() async throws {
        try await watch { flow, look in
            try await keep(0..<3, in: flow) { report, day in if day > 0 { report.readings.removeFirst() } }
            let line = "detail=panel 121333885001.1 has not been read since 2015-11-12T14:59:57Z envoy=121319000042 rule=panelSilent"
            #expect(try await look(midnight + 2 * day + 16 * 3_600) == ["warning alert \(line)"])
            try await keep(3..<4, in: flow)
            #expect(try await look(midnight + 3 * day + 16 * 3_600) == ["notice alert ended \(line)"])
        }
    }

    @Test func `a panel that the Envoy has verified and that was never read`() async throws {
        try await watch { flow, look in
            var device = Device(equipment: "121333885009")
            (device.type, device.adminState, device.channels) = (1, 2, [Channel(equipment: "121333885009.1")])
            let never = device
            try await keep(0..<4, in: flow) { report, _ in report.devices = [never] }
            let lines = try await look(midnight + 3 * day + 16 * 3_600)
            #expect(lines == ["warning alert detail=panel 121333885009.1 has never been read envoy=121319000042 rule=panelSilent"])
        }
    }

    @Test func `an event that stays raised for longer than a month, until it is cleared`() async throws {
        try await watch { flow, look in
            func event(_ id: Int, state: Int, at timestamp: Int, clears: Int? = nil) -> Event {
                var event = Event(id: id, code: 101, timestamp: timestamp)
                (event.stateNumber, event.equipment, event.correlationID) = (state, "121333885001.1", clears)
                return event
            }
            var report = Roof().reports(1, from: midnight)[0]
            report.events = [event(1, state: 2, at: midnight)]
            try await flow.archive.keep(report, from: Source(name: "raised", receivedTimestamp: midnight))
            let line =
                "detail=event 101 (grid instability) of 121333885001.1 is raised since 2015-11-12T00:00:00Z envoy=121319000042 rule=eventOpen"
            func told(_ now: Int) async throws -> [String] { try await look(now).filter { $0.contains("eventOpen") } }
            #expect(try await told(midnight + day - 10).isEmpty)
            #expect(try await told(midnight + day + 10) == ["warning alert \(line)"])
            #expect(try await told(midnight + 40 * day).isEmpty)
            #expect(try await told(midnight + 300 * day).isEmpty)
            report = Roof().reports(1, from: midnight + 300 * day)[0]
            report.events = [event(2, state: 1, at: midnight + 300 * day, clears: 1)]
            try await flow.archive.keep(report, from: Source(name: "cleared", receivedTimestamp: midnight + 300 * day))
            #expect(try await told(midnight + 300 * day + 60) == ["notice alert ended \(line)"])
        }
    }

    @Test func `an event whose clear was never captured, until it is raised again`() async throws {
        try await watch { flow, look in
            func raise(_ id: Int, at timestamp: Int) async throws {
                var report = Roof().reports(1, from: timestamp)[0]
                var event = Event(id: id, code: 10_000, timestamp: timestamp)
                (event.stateNumber, event.equipment) = (2, "121333885001")
                report.events = [event]
                try await flow.archive.keep(report, from: Source(name: "\(id)", receivedTimestamp: timestamp))
            }
            func told(_ now: Int) async throws -> [String] { try await look(now).filter { $0.contains("eventOpen") } }
            try await raise(1, at: midnight)
            #expect(try await told(midnight + day + 10).count == 1)
            try await raise(2, at: midnight + 40 * day)
            #expect(try await told(midnight + 40 * day + 60).map { $0.hasPrefix("notice alert ended") } == [true])
            let again = try await told(midnight + 41 * day + 60)
            #expect(again.count == 1 && again[0].contains("is raised since 2015-12-22T00:00:00Z"), "\(again)")
        }
    }

    @Test func `what may be a task, for a day`() async throws {
        try await watch { flow, look in
            let arrival = Arrival(
                Roof().reports(1, from: midnight)[0], findings: [Finding(kind: .unknownElement, element: "emu_task", line: 1)],
                from: Source(name: "task", receivedTimestamp: midnight))
            _ = try await flow.archive.keep([arrival])
            let told = try await look(midnight + 60)
            #expect(told.count == 1 && told[0].contains("(emu_task)") && told[0].hasSuffix("rule=cloudTask"), "\(told)")
            #expect(try await look(midnight + day + 60).filter { $0.contains("cloudTask") }.count == 1)
        }
    }

    @Test func `a disk that fills and a cloud that takes nothing`() async throws {
        let figures = Watched(ProgramFigures())
        let start = midnight
        try await watch(
            { _, look async throws in
                figures.change {
                    ($0.diskFreeBytes, $0.cloudOutageSinceTimestamp, $0.lastCloudFailureTimestamp) = (100_000_000, start, start)
                }
                let disk = "detail=100 MB are free on the disk of the captures rule=diskFilling"
                #expect(try await look(midnight + 4_000) == ["warning alert \(disk)"])
                figures.change { $0.lastCloudFailureTimestamp = start + 4_000 }
                let cloud = "detail=the cloud has taken no report since 2015-11-12T00:00:00Z; captures go on rule=cloudUnreachable"
                #expect(try await look(midnight + 4_100) == ["warning alert \(cloud)"])
                figures.change { ($0.diskFreeBytes, $0.cloudOutageSinceTimestamp) = (10_000_000_000, nil) }
                #expect(try await look(midnight + 4_200) == ["notice alert ended \(disk)", "notice alert ended \(cloud)"])
            }, { figures.value })
    }

    @Test func `without an archive disk and cloud are watched all the same, and one that comes is told nothing twice`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("archive.sqlite").path
        let told = Told()
        var full = ProgramFigures()
        full.diskFreeBytes = 1
        let figures = Watched(full)
        let service = AlertService(
            archive: path, limits: AlertLimits(), period: .milliseconds(50), logger: told.logger, program: { figures.value }, onChange: {})
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await service.run() }
            func expectLines(_ wanted: [String]) async throws {
                try await expectEventually {
                    told.lines
                } until: {
                    $0 == wanted
                }
            }
            let line = "detail=0 MB are free on the disk of the captures rule=diskFilling"
            try await expectLines(["warning alert \(line)"])
            // A file that is no archive: that is told once, and the disk is watched as before.
            try folder.write("not an archive".utf8, to: "archive.sqlite")
            try await expectEventually {
                told.lines
            } until: {
                $0.count == 2 && $0[1].hasPrefix("warning alerts can't be looked for in the archive reason=")
            }
            figures.change { $0.diskFreeBytes = 10_000_000_000 }
            try await expectEventually {
                told.lines
            } until: {
                $0.count == 3 && $0[2] == "notice alert ended \(line)"
            }
            try FileManager.default.removeItem(atPath: path)
            figures.change { $0.diskFreeBytes = 1 }
            let archive = try await ArchiveWriter.open(path)
            try await expectEventually {
                try await archive.reader.alerts(ended: 0).count
            } until: {
                $0 == 1
            }
            figures.change { $0.diskFreeBytes = 10_000_000_000 }
            try await expectEventually {
                told.lines.dropFirst(3).map { String($0) }
            } until: {
                $0 == ["warning alert \(line)", "notice alert ended \(line)"]
            }
            tasks.cancelAll()
            try await archive.close()
        }
    }

    @Test func `an archive that gets no reports misses nobody, and keeps what reports had raised`() async throws {
        let (flow, told) = (try await Flow(), Told())
        try await keep(0..<8, in: flow)
        let low = AlertCondition(.init(.panelLow, envoy: "121319000042", subject: "121333885001.1"), "a panel")
        try await flow.archive.keep(alerts: [low], now: midnight)
        func look(isFed: Bool) async throws -> [AlertRule] {
            let service = AlertService(
                archive: flow.path, isFed: isFed, limits: AlertLimits(), logger: told.logger,
                program: {
                    var figures = ProgramFigures()
                    figures.diskFreeBytes = 1
                    return figures
                }, onChange: {})
            try await service.look(flow.archive, now: midnight + 8 * day + 12 * 3_600)
            return try await flow.archive.reader.alerts(ended: 0).map(\.condition.key.rule).sorted { $0.rawValue < $1.rawValue }
        }
        #expect(try await look(isFed: false) == [.diskFilling, .panelLow])
        #expect(told.lines.count == 1)
        #expect(try await look(isFed: true) == [.diskFilling, .envoySilent])
    }
}
