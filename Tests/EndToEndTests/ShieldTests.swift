import Foundation
import Reports
import Simulator
import TestSupport
import Testing

@Suite("What the cloud says while the Envoy is answered here", .timeLimit(.minutes(10)))
struct ShieldTests {
    private static let path = "/emu_reports/performance_report"
    private static let unread = NumberedRequest.bytes(body: Array("no zlib".utf8), path: path)

    private static func reply(_ body: String) -> CloudBehaviour {
        .reply(Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)".utf8))
    }

    @Test("A reply that may hold a task is kept, archived, and an alert that heliograph alerts lists")
    func alerted() async throws {
        try await withHouse(.normal, ["--cloud", "shield", "--log-level", "debug"]) { house async throws in
            let bodies = [
                "<perf_report_response status='success'><events_processed/><reboot when='now'/></perf_report_response>",
                "<perf_report_response status='success' reboot='now'><events_processed/></perf_report_response>",
                "<perf_report_response status='success'><events_processed>reboot</events_processed></perf_report_response>",
                "<task>reboot</task>", "reboot now",
            ]
            for (number, body) in bodies.enumerated() {
                try await house.cloud.setBehaviour(Self.reply(body))
                let reply = try await house.post(PostedReport.any.request)
                #expect(reply.isSuccess && !String(decoding: reply.bytes, as: UTF8.self).contains("reboot"))
                // The Envoy has its answer before the cloud is asked.
                _ = try await house.proxy.awaited(number + 1, "response")
            }
            let kept = try await house.proxy.awaited(5, "response").map { String(decoding: $0, as: UTF8.self) }
            #expect(zip(kept, bodies).allSatisfy { $0.hasSuffix($1) })
            #expect(await house.proxy.program.errors.wait { $0.lines.filter { $0.contains("unknown things") }.count == 5 })
            #expect(house.proxy.lines(containing: "first=\"unexpectedText reply, line 1\"").count == 2)
            #expect(await house.proxy.program.errors.wait { $0.lines.filter { $0.contains("rule=cloudTask") }.count >= 4 })
            let data = house.folder.file("data").path(percentEncoded: false)
            let alerts = try await Program.run(Program.built("heliograph"), ["alerts", "--data", data])
            for alert in [
                "(reply/reboot)", "(reply/perf_report_response)", "(reply/events_processed)", "can't be read, and may hold a task",
            ] {
                #expect(alerts.text.split(separator: "\n").contains { $0.contains(" lasts ") && $0.contains(alert) }, "\(alerts)")
            }
        }
    }

    @Test("The cloud hears of the next report when it has answered the one before, though the Envoy waits for neither")
    func inTurn() async throws {
        try await withHouse(.slow(.seconds(4)), ["--cloud", "shield"]) { house async throws in
            async let pause = {
                var arrivals = house.cloud.arrivals().makeAsyncIterator()
                _ = await arrivals.next()
                let first = ContinuousClock.now
                _ = await arrivals.next()
                return ContinuousClock.now - first
            }()
            for number in 1...2 {
                let request = NumberedRequest.bytes(body: Array("\(number)".utf8), path: Self.path)
                #expect(try await house.post(request).isSuccess)
            }
            #expect(await pause > .seconds(3))
            let bodies = house.cloud.requests.map { String(decoding: $0.bytes.suffix(1), as: UTF8.self) }
            #expect(bodies == ["1", "2"])
        }
    }

    @Test("A plain reply, a page that tells of a failure, and a reply that breaks off are no task")
    func plain() async throws {
        let page = "<html>\n503 Service <b>Unavailable</html>"
        let failing = Array("HTTP/1.1 503 Service Unavailable\r\nContent-Length: \(page.utf8.count)\r\n\r\n\(page)".utf8)
        try await withHouse(.normal, ["--cloud", "shield", "--log-level", "debug"]) { house async throws in
            for (number, behaviour) in ([.normal, .reply(failing), .closeMidReply] as [CloudBehaviour]).enumerated() {
                try await house.cloud.setBehaviour(behaviour)
                #expect(try await house.post(PostedReport.any.request).isSuccess)
                _ = try await house.proxy.awaited(number + 1, "response")
            }
            #expect(await house.proxy.program.errors.wait { $0.lines.filter { $0.contains(" archived ") }.count == 3 })
            #expect(house.proxy.lines(containing: "unknown things") == [])
        }
    }

    @Test("shield: a report that can't be read goes to the cloud, once, and the Envoy need not keep it")
    func unread() async throws {
        try await withHouse(.normal, ["--cloud", "shield"]) { house async throws in
            let reply = try await house.post(Self.unread)
            #expect(reply.status == 200)
            let answer = try Reply.decode(xml: ReportBody(decoding: reply.body).xml)
            #expect(answer.value.status == "success" && answer.value.processedEvents == [] && answer.findings == [])
            #expect(try await house.proxy.awaited("request") == Self.unread)
            #expect(try await house.proxy.awaited("answer") == reply.bytes)
            #expect(try await house.proxy.awaited("response") != reply.bytes)
            #expect(house.cloud.requests.map(\.bytes) == [Self.unread])
            #expect(await house.proxy.logs("captured, but not understood"))
            #expect(house.undelivered.count == 1, "the cloud could not read it either, and said so")
        }
    }

    @Test("shield: what the cloud may have and has not answered whole is told of", arguments: [CloudBehaviour.closeMidReply, .hang, .down])
    func doubtful(behaviour: CloudBehaviour) async throws {
        try await withHouse(behaviour, ["--cloud", "shield", "--limits-reply-time", "1s"]) { house async throws in
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            #expect(await house.proxy.logs("the cloud did not answer"))
            let stem = try #require(house.undelivered.first)
            #expect(await house.proxy.stop() == 0)
            let told = house.proxy.lines(containing: "the cloud may hear of a report twice")
            #expect(told.count == (behaviour == .down ? 0 : 1) && told.allSatisfy { $0.contains("exchange=\(stem)") })
        }
    }

    @Test("answers learn takes no form from a reply that the Envoy never got")
    func learn() async throws {
        let xml = "<?xml version='1.0'?>\n<perf_report_response status='success'><events_processed/></perf_report_response>"
        try await withHouse(Self.reply(xml), ["--cloud", "shield"]) { house async throws in
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            #expect(try await eventually { house.proxy.processedStems.count == 1 })
            let learned = try await house.heliograph("answers learn")
            #expect(learned.status == 0 && learned.text.contains(": 1 reply, 1 of them good\n"), "\(learned.text)")
            #expect(!learned.text.contains("take this form"))
            #expect(try await house.heliograph("answers").text.hasPrefix("nothing was learned yet"))
        }
    }

    @Test(
        "answer-after: a page in the cloud's place, and a reply that refuses, take no report; what is no report ends no outage",
        arguments: ["<html>please log in</html>", "<perf_report_response status='error'/>"])
    func standIn(body: String) async throws {
        try await withHouse(Self.reply(body), ["--answer-after", "1s"]) { house async throws in
            let first = try await house.post(PostedReport.any.request)
            #expect(String(decoding: first.bytes, as: UTF8.self).hasSuffix(body), "the cloud's own")
            #expect(try await eventually { FileManager.default.fileExists(atPath: house.folder.file("data/cloud-outage").path) })
            #expect(try await house.post(NumberedRequest.bytes(body: [1])).status == 200)
            try await Task.sleep(for: .seconds(2.1))
            #expect(try await house.post(PostedReport.any.request).isSuccess, "answered here")
            #expect(try await house.proxy.awaited(1, "answer").count == 1)
            #expect(house.undelivered.count == 1)
            try await house.cloud.setBehaviour(.normal)
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            #expect(await house.proxy.logs("the Envoy hears the cloud's replies again"))
        }
    }

    @Test("What is told of the mode, since when it is, and what waits is in the metrics as well")
    func metrics() async throws {
        try await withHouse(.down, ["--cloud", "shield", "--dashboard-listen", "127.0.0.1:0"]) { house async throws in
            #expect(await house.proxy.logs("dashboard"))
            let line = try #require(house.proxy.lines(containing: "address=http://127.0.0.1:").first)
            let address = try #require(line.split(separator: " ").first { $0.hasPrefix("address=") }?.dropFirst("address=".count))
            for _ in 0..<2 { #expect(try await house.post(PostedReport.any.request).isSuccess) }
            #expect(try await house.settled())
            let before = Int(Date().timeIntervalSince1970)
            let page = try await Program.run("curl", ["-sS", "\(address)metrics"]).text
            func value(_ name: String) -> Int? {
                page.split(separator: "\n").first { $0.hasPrefix("\(name) ") }.flatMap { Int($0.split(separator: " ")[1]) }
            }
            #expect(value("heliograph_cloud_mode{mode=\"shield\"}") == 1 && !page.contains("mode=\"forward\"} 1"))
            #expect(value("heliograph_undelivered_reports") == 2 && value("heliograph_answers_given_total") == 2, "\(page)")
            #expect(abs(before - (value("heliograph_cloud_mode_since_timestamp_seconds") ?? 0)) < 120)
            #expect(abs(before - (value("heliograph_cloud_outage_since_timestamp_seconds") ?? 0)) < 120)
        }
    }
}
