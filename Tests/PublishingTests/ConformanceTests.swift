import Archive
import Foundation
import Reports
import TestSupport
import Testing

@testable import Publishing

/// What every publisher must do, whoever is at the other side. The other sides are real, and so is what goes wrong with them.
@Suite(.serialized) struct ConformanceTests {
    /// Publishes while `body` runs, to a subject that is stopped in any case.
    private func conform(
        _ kind: SubjectKind, hasty: Bool = false, _ body: (any Subject, Flow, PublishingService) async throws -> Void
    ) async throws {
        let subject = try await kind.make()
        let flow = try await Flow()
        do {
            try await subject.start()
            try await flow.publishing(to: hasty ? #require(subject.hastyTarget) : subject.target) { service in
                try await body(subject, flow, service)
            }
            await subject.stop()
        } catch {
            await subject.stop()
            throw error
        }
    }

    @Test(arguments: SubjectKind.there)
    func `all rows arrive, and those that arrive later follow`(_ kind: SubjectKind) async throws {
        try await conform(kind) { subject, flow, service in
            let reports = Roof().reports(120)
            try await flow.keep(reports[..<100], from: "first")
            service.look()
            try await expectAll(subject, flow, service)
            try await flow.keep(reports[100...], from: "second")
            service.look()
            try await expectAll(subject, flow, service)
            let report = try await eventually {
                service.reports[0]
            } until: {
                $0.rowsBehind == 0
            }.last
            #expect(report.rowsBehind == 0 && !report.isFailing && report.lastError == nil && report.rowsRefused == 0, "\(report)")
            #expect(report.rowsSent > 0 && report.lastSentTimestamp != nil)
        }
    }

    @Test(arguments: SubjectKind.there)
    func `a server that is killed and started again in mid-flow misses nothing`(_ kind: SubjectKind) async throws {
        try await conform(kind) { subject, flow, service in
            let reports = Roof().reports(300)
            try await flow.keep(reports[..<150], from: "first")
            service.look()
            try await expectAll(subject, flow, service)
            try await expectEventually {
                service.reports[0].rowsBehind
            } until: {
                $0 == 0
            }
            // It gets rows, and dies before it can say so.
            try subject.set("mute")
            try await flow.keep(reports[150..<250], from: "second")
            service.look()
            try await expectEventually {
                service.reports[0].rowsBehind
            } until: {
                $0 ?? 0 > 0
            }
            await subject.stop()
            try await flow.keep(reports[250...], from: "third")
            service.look()
            let isFailing = try await eventually {
                service.reports[0].isFailing
            } until: {
                $0
            }.isRight
            #expect(isFailing, "it did not notice: \(service.reports)")
            try subject.set("ok")
            try await subject.start()
            try await expectAll(subject, flow, service)
        }
    }

    @Test(arguments: SubjectKind.there, ["refuse", "full", "hang-up"])
    func `a server that refuses, is full or hangs up gets everything afterwards`(_ kind: SubjectKind, _ mode: String) async throws {
        try await conform(kind) { subject, flow, service in
            let reports = Roof().reports(100)
            try subject.set(mode)
            try await flow.keep(reports[..<50], from: "first")
            service.look()
            let isFailing = try await eventually {
                service.reports[0].isFailing
            } until: {
                $0
            }.isRight
            #expect(isFailing, "it did not notice: \(service.reports)")
            try await flow.keep(reports[50...], from: "second")
            try subject.set("ok")
            try await expectAll(subject, flow, service)
            let recovered = try await eventually {
                service.reports[0].isFailing
            } until: {
                !$0
            }.isRight
            #expect(recovered)
            #expect(service.reports[0].rowsRefused == 0)
        }
    }

    @Test(arguments: [SubjectKind.influxDB, .mqtt, .pvoutput, .webhook])
    func `a server that accepts and never answers is given up, asked again, and gets everything afterwards`(_ kind: SubjectKind)
        async throws
    {
        try await conform(kind, hasty: true) { subject, flow, service in
            try subject.set("hang")
            try await flow.keep(Roof().reports(50), from: "first")
            service.look()
            let (report, isFailing) = try await eventually {
                service.reports[0]
            } until: {
                $0.isFailing
            }
            #expect(isFailing && report.rowsSent == 0)
            #expect(["it is too slow", "the broker does not answer"].contains(report.lastError), "\(report)")
            try subject.set("ok")
            try await expectAll(subject, flow, service)
        }
    }

    @Test(arguments: SubjectKind.there)
    func `a slow server gets everything in its own time`(_ kind: SubjectKind) async throws {
        try await conform(kind) { subject, flow, service in
            try subject.set("slow")
            try await flow.keep(Roof().reports(60), from: "first")
            service.look()
            try await expectAll(subject, flow, service)
        }
    }

    @Test(arguments: SubjectKind.there.filter(\.sendsRows))
    func `one row that is refused for ever is passed over, and no other`(_ kind: SubjectKind) async throws {
        try await conform(kind) { subject, flow, service in
            // The event of this report is the only row with this key.
            var reports = Roof().reports(60)
            reports[50].events[0].messageKey = "never"
            try subject.set("bad never")
            try await flow.keep(reports, from: "first")
            service.look()
            let isRefused = try await eventually {
                service.reports[0].rowsRefused
            } until: {
                $0 == 1
            }.isRight
            #expect(isRefused, "\(service.reports)")
            let isDone = try await eventually {
                service.reports[0].rowsBehind
            } until: {
                $0 == 0
            }.isRight
            #expect(isDone, "\(service.reports)")
            let status = try await flow.archive.reader.status()
            #expect(service.reports[0].rowsSent == status.rowCount - 1)
        }
    }

    @Test(arguments: SubjectKind.there.filter(\.sendsRows))
    func `who refuses every row has not refused one`(_ kind: SubjectKind) async throws {
        try await conform(kind) { subject, flow, service in
            try subject.set("bad \(kind.sendsLines ? "envoy" : "device")")
            try await flow.keep(Roof().reports(2), from: "first")
            service.look()
            let isFailing = try await eventually {
                service.reports[0].isFailing
            } until: {
                $0
            }.isRight
            #expect(isFailing)
            #expect(service.reports[0].rowsRefused == 0)
            try subject.set("ok")
            try await expectAll(subject, flow, service)
        }
    }

    @Test(arguments: SubjectKind.there)
    func `a program that ends and starts again goes on where it was`(_ kind: SubjectKind) async throws {
        let subject = try await kind.make()
        let flow = try await Flow()
        try await subject.start()
        let reports = Roof().reports(150)
        for part in [reports[..<40], reports[40..<100], reports[100...]] {
            try await flow.publishing(to: subject.target) { service in
                try await flow.keep(part, from: "part-\(part.startIndex)")
                service.look()
                _ = try await eventually {
                    service.reports[0].rowsBehind
                } until: {
                    $0 == 0
                }
            }
        }
        try await flow.publishing(to: subject.target) { service in try await expectAll(subject, flow, service) }
        await subject.stop()
    }
}
