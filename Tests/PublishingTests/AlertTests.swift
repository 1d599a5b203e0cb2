import Foundation
import Logging
import Reports
import TestSupport
import Testing

@testable import Archive
@testable import Publishing

@Suite struct AlertRulesTests {
    private let noon = 1_446_120_000
    private let limits = AlertLimits()

    private func facts(_ change: (inout AlertFacts) -> Void) -> [AlertRule] {
        var facts = AlertFacts(now: noon)
        change(&facts)
        return AlertRules.conditions(facts, limits).map(\.key.rule)
    }

    private func envoy(silentFor seconds: Int) -> EnvoyStatus {
        EnvoyStatus(serialNumber: "1", lastReceivedTimestamp: noon - seconds, intervalCount: 0, readingCount: 0, eventCount: 0)
    }

    private func device(_ equipment: String, share: Double?, readSecondsAgo: Int?, joules: Int = 1, envoy: String = "1") -> DeviceNow {
        var device = DeviceNow(
            envoy: envoy, equipment: equipment, serialNumber: equipment.split(separator: ".").first.map(String.init) ?? "",
            inverterCondition: .init(), channelCondition: .init(), joulesToday: 0, joulesTotal: joules)
        device.shareOfMedian = share
        device.latest = readSecondsAgo.map { Reading(equipment: equipment, timestamp: noon - $0, durationSeconds: 300) }
        return device
    }

    @Test func `where all is well nothing is said`() {
        #expect(facts { _ in }.isEmpty)
        let said = facts {
            $0.envoys = [envoy(silentFor: 600)]
            $0.daylight = ["1": [10, 11, 12]]
            $0.hours = ["1": (12, 10)]
            $0.devices = [device("a", share: 1, readSecondsAgo: 300), device("b", share: 0.9, readSecondsAgo: 400)]
            $0.program.diskFreeBytes = 10 << 30
            ($0.program.lastReplyTimestamp, $0.program.lastCloudFailureTimestamp) = (noon - 10, noon - 5_000)
            $0.devices += [
                device("unused", share: 0, readSecondsAgo: nil, joules: 0), device("neighbour's", share: 0, readSecondsAgo: nil, joules: 0),
            ]
            $0.devices[3].adminState = 1
            $0.knownDays = ["1": 7]
        }
        #expect(said.isEmpty)
    }

    @Test func `an Envoy is missed in daylight, not at night; and the night does not end that`() {
        func said(now: Int, before: Int, isOpen: Bool = false, silentFor seconds: Int = 8_000) -> [AlertRule] {
            facts {
                $0.envoys = [envoy(silentFor: seconds)]
                $0.daylight = ["1": Set(8...16)]
                $0.hours = ["1": (now, before)]
                if isOpen { $0.open = [.init(.envoySilent, envoy: "1")] }
            }
        }
        #expect(said(now: 12, before: 10) == [.envoySilent])
        #expect(said(now: 22, before: 20).isEmpty)
        #expect(said(now: 8, before: 6).isEmpty, "it has only just dawned")
        #expect(said(now: 22, before: 20, isOpen: true) == [.envoySilent])
        #expect(said(now: 12, before: 10, silentFor: 8 * 86_400).isEmpty, "its past was imported")
        #expect(said(now: 12, before: 10, isOpen: true, silentFor: 8 * 86_400) == [.envoySilent])
    }

    @Test func `daylight is when panels gave energy on half of the days`() {
        let samples = (0..<7).flatMap { day in
            (6...18).map { hour in
                (day: CivilDate(daysSince1970: day), hour: hour, joules: hour == 6 ? 10 : hour == 7 && day > 2 ? 0 : 1_000_000)
            }
        }
        #expect(Daylight.hours(samples) == Set(8...18))
        #expect(Daylight.hours([]).isEmpty)
    }

    @Test func `panels far below their peers, and those that are not read, are named`() {
        let said = facts {
            $0.devices = [
                device("good", share: 1, readSecondsAgo: 300), device("low", share: 0.4, readSecondsAgo: 300),
                device("gone", share: 1, readSecondsAgo: 90_000), device("new", share: nil, readSecondsAgo: 300),
            ]
        }
        #expect(said == [.panelLow, .panelSilent])
        var deleted = device("taken down", share: 0, readSecondsAgo: 90_000)
        deleted.adminState = 3
        #expect(facts { $0.devices = [device("good", share: 1, readSecondsAgo: 300), deleted] }.isEmpty)
    }

    @Test func `a panel that the Envoy has verified and never read is missed, once its peers have given energy for days`() {
        func said(_ state: Int?, days: Int, others: [DeviceNow] = []) -> [AlertRule] {
            var never = device("never.1", share: nil, readSecondsAgo: nil, joules: 0)
            never.adminState = state
            return facts {
                $0.devices = [device("good.1", share: 1, readSecondsAgo: 300), never] + others
                $0.knownDays = ["1": days]
            }
        }
        #expect(said(2, days: 2) == [.panelSilent])
        #expect(said(2, days: 1).isEmpty, "a new roof")
        #expect(said(1, days: 7).isEmpty && said(3, days: 7).isEmpty && said(nil, days: 7).isEmpty)
        #expect(said(2, days: 7, others: [device("never.2", share: 1, readSecondsAgo: 300)]).isEmpty, "an input without a panel")
    }

    @Test func `an Envoy whose panels another one reads is not missed`() {
        func said(_ equipment: [String]) -> [AlertRule] {
            facts {
                $0.envoys = [envoy(silentFor: 90_000), envoy(silentFor: 60)]
                $0.envoys[1].serialNumber = "2"
                $0.open = [.init(.envoySilent, envoy: "1")]
                $0.devices = ["a.1", "b.1", "c.1"].map { device($0, share: nil, readSecondsAgo: 90_000) }
                $0.devices += equipment.map { device($0, share: nil, readSecondsAgo: 300, envoy: "2") }
            }
        }
        #expect(said(["a.1", "b.1"]).isEmpty)
        #expect(said(["c.1", "d.1"]) == [.envoySilent])
    }

    @Test func `nothing is said of what the settings say is gone`() {
        var limits = AlertLimits()
        func said(_ gone: Set<String>) -> [AlertRule] {
            limits.gone = gone
            var facts = AlertFacts(now: noon)
            facts.envoys = [envoy(silentFor: 90_000)]
            var event = EventEpisode(seq: 1, envoy: "1", equipment: "low.1", code: 101, kind: .raised)
            event.beganTimestamp = noon - 90_000
            facts.events = [event]
            facts.open = [.init(.envoySilent, envoy: "1")]
            facts.devices = [device("good.1", share: 1, readSecondsAgo: 300), device("low.1", share: 0.1, readSecondsAgo: 90_000)]
            facts.program.diskFreeBytes = 0
            return AlertRules.conditions(facts, limits).map(\.key.rule)
        }
        #expect(said([]) == [.envoySilent, .panelLow, .panelSilent, .eventOpen, .diskFilling])
        #expect(said(["low"]) == [.envoySilent, .diskFilling])
        #expect(said(["1"]) == [.diskFilling])
    }

    @Test func `a low panel lets go later than it takes hold`() {
        func said(_ share: Double, isOpen: Bool) -> Bool {
            !facts {
                $0.devices = [device("low", share: share, readSecondsAgo: 300)]
                if isOpen { $0.open = [.init(.panelLow, envoy: "1", subject: "low")] }
            }.isEmpty
        }
        #expect(said(0.59, isOpen: false) && !said(0.62, isOpen: false) && said(0.62, isOpen: true) && !said(0.66, isOpen: true))
    }

    @Test func `a low panel of which nothing is known any more stays told, and is not told anew`() {
        func said(isOpen: Bool, state: Int = 2) -> [AlertRule] {
            facts {
                $0.devices = [device("low", share: nil, readSecondsAgo: 300)]
                $0.devices[0].adminState = state
                if isOpen { $0.open = [.init(.panelLow, envoy: "1", subject: "low")] }
            }
        }
        #expect(said(isOpen: true) == [.panelLow])
        #expect(said(isOpen: false).isEmpty && said(isOpen: true, state: 3).isEmpty)
    }

    @Test func `an event that stays raised, a full disk, a cloud that fails, and a task are told`() {
        var event = EventEpisode(seq: 1, envoy: "1", equipment: "2.1", code: 101, kind: .raised)
        event.beganTimestamp = noon - 90_000
        #expect(facts { $0.events = [event] } == [.eventOpen])
        event.endedTimestamp = noon
        #expect(facts { $0.events = [event] }.isEmpty)
        #expect(facts { $0.program.diskFreeBytes = 100 << 20 } == [.diskFilling])
        #expect(facts { $0.tasks = [(envoy: "1", element: "emu_task", received: noon)] } == [.cloudTask])
    }
}

extension AlertRulesTests {
    /// - Parameters: seconds before noon.
    private func cloud(outage: Int?, failure: Int?, reply: Int? = nil, isOpen: Bool = false) -> [AlertRule] {
        facts {
            $0.program.cloudOutageSinceTimestamp = outage.map { noon - $0 }
            $0.program.lastCloudFailureTimestamp = failure.map { noon - $0 }
            $0.program.lastReplyTimestamp = reply.map { noon - $0 }
            if isOpen { $0.open = [.init(.cloudUnreachable)] }
        }
    }

    @Test func `a cloud that takes nothing for an hour is told, also one that has never replied since the start`() {
        #expect(cloud(outage: 4_000, failure: 10) == [.cloudUnreachable])
        #expect(cloud(outage: 4_000, failure: 10, reply: 5_000) == [.cloudUnreachable])
        #expect(cloud(outage: 4_000, failure: nil, reply: 10) == [.cloudUnreachable], "it replies, but takes nothing")
        #expect(cloud(outage: 1_000, failure: 10, reply: 1_300).isEmpty)
        #expect(cloud(outage: nil, failure: 10, reply: 5).isEmpty)
    }

    @Test func `one failure after hours without a report is no outage, however long nobody asks again`() {
        #expect(cloud(outage: 60, failure: 60, reply: 21_600).isEmpty)
        #expect(cloud(outage: 7_000, failure: 7_000, reply: 28_000).isEmpty)
    }

    @Test func `a program that starts again knows of the outage, and one whose owner gives the cloud up knows of none`() {
        #expect(cloud(outage: 90_000, failure: nil, isOpen: true) == [.cloudUnreachable])
        #expect(cloud(outage: nil, failure: nil, isOpen: true).isEmpty)
    }
}

@Suite(.serialized) struct AlertFlowTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func `an alert is raised once and ends once, and a rebuilt archive still has it`() async throws {
        let flow = try await Flow()
        let low = AlertCondition(.init(.panelLow, envoy: "1", subject: "2.1"), "a panel")
        let disk = AlertCondition(.init(.diskFilling), "a disk")
        var changes: [AlertChange] = []
        for (now, conditions) in [(1, [low]), (2, [low, low]), (3, [low, disk]), (4, [disk]), (5, [disk]), (6, []), (7, [low])] {
            changes += try await flow.archive.keep(alerts: conditions, now: now)
        }
        #expect(changes.map(\.number) == Array(1...5))
        #expect(changes.map(\.isEnd) == [false, false, true, true, false])
        #expect(try await flow.archive.reader.alertChanges(after: 3).map(\.alert.id) == [2, 3])
        let alerts = try await flow.archive.reader.alerts()
        #expect(alerts.map(\.beganTimestamp) == [7, 3, 1] && alerts.map(\.endedTimestamp) == [nil, 6, 4])
        try await flow.archive.moveAlertCursor("webhook", to: 4)
        try await flow.archive.close()
        let rebuild = try await ArchiveRebuild.begin(flow.path)
        try await rebuild.finish()
        let again = try await ArchiveReader.open(flow.path)
        #expect(try await again.alerts() == alerts)
        #expect(try await again.alertCursor("webhook") == 4)
        try await again.close()
    }

    @Test func `the archive's own facts raise an alert for a silent Envoy in the light, and its report ends it`() async throws {
        let flow = try await Flow()
        // A week and a day of days from six to a quarter past two UTC, received as they were made.
        let reports = Roof().reports(800)
        for (index, report) in reports.enumerated() {
            _ = try await flow.archive.keep(report, from: Source(name: "\(index)", receivedTimestamp: report.timestamp ?? 0))
        }
        let last = try #require(reports.last?.timestamp)
        let service = AlertService(archive: flow.path, limits: AlertLimits(), logger: logger, program: { ProgramFigures() }, onChange: {})
        func open(_ now: Int) async throws -> [AlertRule] {
            try await service.look(flow.archive, now: now)
            return try await flow.archive.reader.alerts(ended: 0).map(\.condition.key.rule)
        }
        // The next day: two hours into the light nobody has reported since the day before.
        let morning = last - last % 86_400 + 86_400 + 6 * 3_600
        #expect(try await open(morning + 1_000) == [])
        #expect(try await open(morning + 4 * 3_600) == [.envoySilent])
        #expect(try await open(morning + 16 * 3_600) == [.envoySilent])
        let back = Roof().reports(1, from: morning + 17 * 3_600)[0]
        _ = try await flow.archive.keep(back, from: Source(name: "back", receivedTimestamp: morning + 17 * 3_600))
        #expect(try await open(morning + 17 * 3_600 + 60) == [])
        #expect(try await flow.archive.reader.alertChanges(after: 0).count == 2)
    }

    @Test func `webhook and broker hear of an alert and of its end, also of one that came while they were away`() async throws {
        let flow = try await Flow()
        let condition = AlertCondition(.init(.diskFilling), "a disk")
        let (hook, mqtt) = (try WebhookSubject(), try await MQTTSubject())
        try await hook.start()
        try await mqtt.start()
        func heard() throws -> [String] { try hook.posts().map(\.body).filter { $0.contains("\"alerts\"") } }
        func told() -> [String] { mqtt.messages.filter { $0.topic == "heliograph/alert" }.map(\.payload) }
        for target in [hook.target, mqtt.target] {
            try await flow.publishing(to: target) { _ in
                try await expectEventually {
                    try await flow.archive.reader.alertCursor(target.name)
                } until: {
                    $0 == 0
                }
            }
        }
        _ = try await flow.archive.keep(alerts: [condition], now: 100)
        try await flow.publishing(to: hook.target) { service in
            try await expectEventually(heard) { $0.count == 1 && $0[0].contains("raised") }
            _ = try await flow.archive.keep(alerts: [], now: 200)
            service.look()
            try await expectEventually(heard) { $0.count == 2 && $0[1].contains("ended") }
        }
        try await flow.publishing(to: mqtt.target) { _ in
            try await expectEventually(told) { $0.count == 2 && $0[0].contains("raised") && $0[1].contains("ended") }
            let last = mqtt.messages.last { $0.topic == "heliograph/alerts" }?.payload
            #expect(last == "{\"open\":[]}")
        }
        await hook.stop()
        await mqtt.stop()
    }
}
