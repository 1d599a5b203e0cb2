import Archive
import Foundation
import Reports
import TestSupport
import Testing

@testable import Publishing

@Suite(.serialized) struct PVOutputTests {
    private func running(_ body: (PVOutputSubject, Flow) async throws -> Void) async throws {
        let subject = try PVOutputSubject()
        try await subject.start()
        do {
            try await body(subject, Flow())
            await subject.stop()
        } catch {
            await subject.stop()
            throw error
        }
    }

    private func requests(_ subject: PVOutputSubject) throws -> Int {
        Int(try String(contentsOf: subject.server.folder.file("requests"), encoding: .utf8)) ?? 0
    }

    @Test func `a backlog goes out thirty statuses at a time, and what is known is not sent again`() async throws {
        try await running { subject, flow in
            let reports = Roof().reports(200)
            try await flow.keep(reports, from: "first")
            try await flow.publishing(to: subject.target) { service in
                try await expectAll(subject, flow, service)
                _ = try await eventually {
                    service.reports[0].rowsBehind
                } until: {
                    $0 == 0
                }
                let asked = try requests(subject)
                // Two days of a hundred: four batches each, and some that changed between two batches of rows.
                #expect((8...12).contains(asked), "\(asked) requests")
                try await flow.keep(reports, from: "again")
                service.look()
                try await flow.keep(Roof(envoy: "999").reports(2), from: "no system of ours")
                service.look()
                _ = try await eventually {
                    service.reports[0].rowsBehind
                } until: {
                    $0 == 0
                }
                #expect(try requests(subject) == asked)
                // Another kind of request for one status alone.
                try await flow.keep(Roof().reports(201).suffix(1), from: "one more")
                service.look()
                try await expectEventually {
                    try requests(subject)
                } until: {
                    $0 == asked + 1
                }
            }
        }
    }

    @Test func `each Envoy's statuses reach its own system and no other`() async throws {
        try await running { subject, flow in
            // The second Envoy's day begins when that of the first is over, so that no status can pass for one of the other's.
            let noon = 1_446_100_000 - 1_446_100_000 % 86_400 + 12 * 3_600
            try await flow.keep(Roof().reports(20), from: "first")
            try await flow.keep(Roof(envoy: "121319000043", panels: ["121333886001.1"]).reports(40, from: noon), from: "second")
            try await flow.publishing(to: subject.target) { service in
                try await expectAll(subject, flow, service)
                try await expectEventually {
                    service.reports[0].rowsBehind
                } until: {
                    $0 == 0
                }
            }
            let times = try Dictionary(grouping: subject.statuses(), by: \.system).mapValues { $0.map(\.time).sorted() }
            #expect(times.count == 2, "\(times)")
            #expect(times["111"]?.count == 20 && times["111"]?.first == "07:00" && times["111"]?.last == "08:35", "\(times)")
            #expect(times["222"]?.count == 40 && times["222"]?.first == "13:00" && times["222"]?.last == "16:15", "\(times)")
        }
    }

    @Test func `no request is made before the limit's count begins anew, and then all goes on`() async throws {
        try await running { subject, flow in
            try await flow.keep(Roof().reports(100), from: "first")
            try subject.server.folder.write("2".utf8, to: "limit")
            // Long enough for two requests on a busy machine.
            let reset = Int(Date().timeIntervalSince1970) + 15
            try subject.server.folder.write("\(reset)".utf8, to: "reset")
            try await flow.publishing(to: subject.target) { service in
                try await expectEventually {
                    service.reports[0].isFailing
                } until: {
                    $0
                }
                #expect(service.reports[0].lastError?.contains("limit") == true)
                #expect(try requests(subject) == 2)
                try await expectAll(subject, flow, service)
                #expect(Int(Date().timeIntervalSince1970) >= reset)
                #expect(try requests(subject) == 4)
            }
        }
    }

    @Test func `a wrong key is told, and loses nothing`() async throws {
        try await running { subject, flow in
            try await flow.keep(Roof().reports(2), from: "first")
            var settings = subject.settings
            settings.key = "wrong"
            let wrong = settings
            let target = PublishingTarget(name: "pvoutput", address: "test", beginning: .firstRow) { archive, _ in
                PVOutputPublisher(wrong, archive, now: { PVOutputSubject.now })
            }
            try await flow.publishing(to: target) { service in
                try await expectEventually {
                    service.reports[0].lastError
                } until: {
                    $0?.contains("Invalid API Key") == true
                }
                #expect(service.reports[0].rowsSent == 0)
            }
            try await flow.publishing(to: subject.target) { _ in
                try await expectEventually {
                    try await subject.fault(against: flow)
                } until: {
                    $0 == nil
                }
            }
        }
    }

    @Test func `a status that is refused for what it says is told, and holds no other up`() async throws {
        try await running { subject, flow in
            var reports = Roof().reports(40)
            reports[20].intervals[0].joules = 3_000_000
            try subject.server.folder.write("5000".utf8, to: "size")
            try await flow.keep(reports, from: "first")
            try await flow.publishing(to: subject.target) { service in
                try await expectEventually {
                    (service.reports[0].rowsBehind, try subject.statuses().count)
                } until: {
                    $0 == (0, 39)
                }
                #expect(service.reports[0].lastError?.contains("is passed over: it answered 400: Bad request 400: Power value") == true)
                #expect(!service.reports[0].isFailing && service.reports[0].rowsRefused == 0)
                let asked = try requests(subject)
                #expect(asked <= 15, "\(asked) requests")
                try await flow.keep(Roof().reports(41).suffix(1), from: "one more")
                service.look()
                try await expectEventually {
                    try subject.statuses().count
                } until: {
                    $0 == 40
                }
                #expect(try requests(subject) == asked + 1)
            }
        }
    }

    @Test func `what a batch is answered not to have been added is told, and the rest counts`() async throws {
        try await running { subject, flow in
            try subject.server.folder.write("08:05 08:10".utf8, to: "not-added")
            try await flow.keep(Roof().reports(40), from: "first")
            try await flow.publishing(to: subject.target) { service in
                try await expectEventually {
                    (service.reports[0].rowsBehind, try subject.statuses().count)
                } until: {
                    $0 == (0, 38)
                }
                #expect(
                    service.reports[0].lastError
                        == "the status of 2015-10-29 08:05 is passed over: it took the batch without it", "\(service.reports)")
                #expect(!service.reports[0].isFailing)
            }
        }
    }

    @Test func `a batch of which nothing was added has been taken in no part`() async throws {
        try await running { subject, flow in
            let times = Roof().reports(10).compactMap { report in
                let minutes = ((report.intervals[0].endTimestamp + 3_600) % 86_400) / 60
                return "\(minutes / 60 < 10 ? "0" : "")\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
            }
            try subject.server.folder.write(times.joined(separator: " ").utf8, to: "not-added")
            try await flow.keep(Roof().reports(10), from: "first")
            try await flow.publishing(to: subject.target) { service in
                try await expectEventually {
                    service.reports[0].isFailing
                } until: {
                    $0
                }
                #expect(service.reports[0].rowsSent == 0 && service.reports[0].lastError == "it took the batch without it")
                try subject.server.folder.write([], to: "not-added")
                try await expectEventually {
                    try await subject.fault(against: flow)
                } until: {
                    $0 == nil
                }
            }
        }
    }

    /// A trial at an instant of this machine's.
    private func tryOut(_ subject: PVOutputSubject, _ flow: Flow, now: Int, _ change: (inout PVOutputSettings) -> Void = { _ in })
        async throws -> PublishingTrial?
    {
        var settings = subject.settings
        change(&settings)
        let target = PublishingTarget(name: "pvoutput", address: "test", beginning: .firstRow) { [settings] archive, _ in
            PVOutputPublisher(settings, archive, now: { now })
        }
        return try await target.tryOut(flow.archive.reader)
    }

    @Test func `a trial asks for each system, and sends the newest status, whatever row is the newest`() async throws {
        try await running { subject, flow in
            // The newest row is an event.
            let reports = Roof().reports(51)
            try await flow.keep(reports, from: "first")
            let done = try #require(try await tryOut(subject, flow, now: PVOutputSubject.now))
            #expect(done.words == "knows the key and systems 111, 222, and took a status")
            #expect(done.timestamp == reports.last?.intervals[0].endTimestamp)
            #expect(try subject.statuses().map(\.system) == ["111"])
            #expect(try requests(subject) == 3)
            let late = try #require(try await tryOut(subject, flow, now: PVOutputSubject.now + 20 * 86_400))
            #expect(late == .init(words: "knows the key and systems 111, 222, but nothing of the last 14 days is there to send"))
        }
    }

    @Test func `a trial with a wrong key or system says so, also where there is nothing to send`() async throws {
        try await running { subject, flow in
            try await flow.keep(Roof(envoy: "999").reports(1), from: "no system of ours")
            for (change, words): (@Sendable (inout PVOutputSettings) -> Void, String) in [
                ({ $0.key = "wrong" }, "of system 111 it answered 401: Unauthorized 401: Invalid API Key"),
                ({ $0.systems = ["121319000042": "333"] }, "of system 333 it answered 401: Unauthorized 401: Invalid System ID"),
            ] {
                await #expect(throws: PublishError.retry(words)) { try await tryOut(subject, flow, now: PVOutputSubject.now, change) }
            }
        }
    }

    /// Three reports' rows, of which the last one's interval is over 100 s after the publisher's clock, and when it is over.
    private func underWay(_ flow: Flow) async throws -> (end: Int, clock: Watched<Int>) {
        let reports = Roof().reports(3)
        try await flow.keep(reports, from: "first")
        let end = try #require(reports.last?.intervals.first?.endTimestamp)
        return (end, Watched(end - 100))
    }

    /// A publisher that the test tends, until it is closed in any case.
    private func withPublisher(
        _ subject: PVOutputSubject, _ flow: Flow, _ clock: Watched<Int>, _ body: (PVOutputPublisher) async throws -> Void
    ) async throws {
        let publisher = PVOutputPublisher(subject.settings, flow.archive.reader, now: { clock.value })
        do { try await body(publisher) } catch {
            await publisher.close()
            throw error
        }
        await publisher.close()
    }

    @Test func `an interval that was under way is told when it is over, also where that fails at first`() async throws {
        try await running { subject, flow in
            let (end, clock) = try await underWay(flow)
            try await withPublisher(subject, flow, clock) { publisher in
                try await publisher.tend()
                try await publisher.publish(flow.archive.reader.rows(after: 0))
                #expect(try subject.statuses().count == 2)
                clock.change { $0 = end }
                try subject.set("refuse")
                await #expect(throws: PublishError.self) { try await publisher.tend() }
                try subject.set("ok")
                try await publisher.tend()
                #expect(try subject.statuses().count == 3)
            }
        }
    }

    @Test(arguments: [50, 0])
    func `an interval that was under way when the program ended is told after its next start`(secondsBefore: Int) async throws {
        try await running { subject, flow in
            let (end, clock) = try await underWay(flow)
            try await withPublisher(subject, flow, clock) { publisher in
                try await publisher.publish(flow.archive.reader.rows(after: 0))
            }
            #expect(try subject.statuses().count == 2)
            let asked = try requests(subject)
            clock.change { $0 = end - secondsBefore }
            try await withPublisher(subject, flow, clock) { publisher in
                try await publisher.tend()
                #expect(try requests(subject) == asked + 1, "the last status alone is told again")
                clock.change { $0 = end }
                try await publisher.tend()
                #expect(try subject.statuses().count == 3)
                let told = try requests(subject)
                try await publisher.tend()
                #expect(try requests(subject) == told)
            }
        }
    }

    @Test func `where every status is refused, none is passed over`() async throws {
        try await running { subject, flow in
            try subject.server.folder.write("0".utf8, to: "size")
            try await flow.keep(Roof().reports(10), from: "first")
            try await flow.publishing(to: subject.target) { service in
                try await expectEventually {
                    service.reports[0].lastError
                } until: {
                    $0?.contains("too high for system size") == true
                }
                #expect(service.reports[0].rowsSent == 0 && service.reports[0].isFailing)
                try subject.server.folder.write("5000".utf8, to: "size")
                try await expectEventually {
                    try await subject.fault(against: flow)
                } until: {
                    $0 == nil
                }
            }
        }
    }

    @Test func `an interval's energy is spread over the statuses that it covers, and a future one waits`() throws {
        var clock = LocalClock(zoneNamed: "Europe/Berlin")
        let start = clock.start(of: CivilDate(year: 2015, month: 10, day: 29))
        var day = PVOutputDay(CivilDate(year: 2015, month: 10, day: 29), clock: clock, interval: 300)
        var long = Interval(equipment: "1.1", endTimestamp: start + 36_000 + 450, durationSeconds: 900)
        long.joules = 900_000
        day.add(long)
        let (known, next) = day.statuses(now: start + 36_300)
        #expect(known.map(\.time) == ["09:55", "10:00", "10:05"])
        #expect(known.map(\.watts) == [500, 1_000, 1_000])
        #expect(known.map(\.wattHours) == [42, 125, 208])
        #expect(next == start + 36_600)
        #expect(day.statuses(now: start + 36_600).known.last?.wattHours == 250)
    }
}
