import Foundation
import Reports
import Simulator
import TestSupport
import Testing

@Suite("The Envoy is answered here where its owner wishes so", .timeLimit(.minutes(10)))
struct AnswerTests {
    private static func events(_ reply: EnvoyReply) throws -> [Int] {
        try Reply.decode(xml: ReportBody(decoding: reply.body).xml).value.processedEvents
    }

    private static func note(_ house: House) async throws -> String {
        String(decoding: try await house.proxy.awaited("response"), as: UTF8.self)
    }

    @Test("answer: nothing leaves the machine, the Envoy hears of each of its events, and all is on disk", arguments: PostedReport.all)
    func answered(report: PostedReport) async throws {
        try await withHouse(.normal, ["--cloud", "answer"]) { house async throws in
            let reply = try await house.post(report.request)
            #expect(reply.isSuccess)
            #expect(try Self.events(reply) == Report.decode(xml: report.xml).value.events.map(\.id))
            #expect(try await house.proxy.awaited("request") == report.request)
            #expect(try await house.proxy.awaited("answer") == reply.bytes)
            #expect(try await Self.note(house) == "no reply: the Envoy was answered here, and the cloud not asked\n")
            #expect(try await house.proxy.awaited("xml") == report.xml)
            #expect(house.cloud.requestCount == 0)
            #expect(await house.proxy.logs("answered in the cloud's place"))
        }
    }

    @Test("shield: the cloud gets the report and the Envoy nothing of the cloud's, whatever it says", arguments: PostedReport.all)
    func shielded(report: PostedReport) async throws {
        let xml = "<perf_report_response><task id=\"1\"/></perf_report_response>"
        let task = Array("HTTP/1.1 200 OK\r\nContent-Length: \(xml.utf8.count)\r\n\r\n\(xml)".utf8)
        try await withHouse(.reply(task), ["--cloud", "shield"]) { house async throws in
            let reply = try await house.post(report.request)
            #expect(reply.isSuccess)
            #expect(try Self.events(reply) == Report.decode(xml: report.xml).value.events.map(\.id))
            #expect(try await house.proxy.awaited("answer") == reply.bytes)
            #expect(try await house.proxy.awaited("response") == task)
            #expect(house.cloud.requests.map(\.bytes) == [report.request])
            #expect(await house.proxy.logs("answered_here=true"))
        }
    }

    @Test(
        "shield: a cloud that is down, hangs, sends junk or never ends is the Envoy's no more; what it sent is kept within the limits",
        arguments: Trouble.allCases)
    func troubled(trouble: Trouble) async throws {
        try await withHouse(trouble.behaviour, ["--cloud", "shield", "--limits-reply", "64KiB", "--limits-reply-time", "2s"]) {
            house async throws in
            let reply = try await house.post(PostedReport.any.request)
            #expect(reply.isSuccess)
            #expect(try await house.proxy.awaited("answer") == reply.bytes)
            let kept = try await house.proxy.awaited("response")
            let note = try await trouble.isCut ? house.proxy.awaited("incomplete") : []
            trouble.expect(kept, String(decoding: note, as: UTF8.self))
            #expect(try await house.proxy.awaited("request") == PostedReport.any.request)
            #expect(try house.proxy.memory.peak < 100 << 20)
        }
    }

    enum Trouble: CaseIterable {
        case down, hang, junk, endless, closeMidReply, status500
        /// 16 MiB, well-formed.
        case gigantic
        /// 40 kB that become 40 MiB.
        case inflating

        var behaviour: CloudBehaviour {
            switch self {
            case .down: .down
            case .hang: .hang
            case .junk: .junk
            case .endless: .endless
            case .closeMidReply: .closeMidReply
            case .status500: .status(500)
            case .gigantic: Self.reply(Array(repeating: 0x20, count: 16 << 20))
            case .inflating: Self.reply((try? gzipped(Array(repeating: 0x20, count: 40 << 20))) ?? [])
            }
        }

        /// Whether the reply breaks off: a note says why.
        var isCut: Bool { [.junk, .endless, .closeMidReply, .gigantic].contains(self) }

        /// What is on the disk is what the cloud sent, or its beginning, as far as the limit goes.
        func expect(_ kept: [UInt8], _ note: String) {
            let text = String(decoding: kept, as: UTF8.self)
            switch self {
            case .down: #expect(text.hasPrefix("no reply: it can't be reached: "))
            case .hang: #expect(text == "no reply: its reply did not come in time\n")
            case .junk:
                #expect(kept == (0..<512).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 1) })
                #expect(note == "incomplete reply: it closed in the middle of its reply\n")
            case .closeMidReply:
                #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && kept.count > 50)
                #expect(note == "incomplete reply: it closed in the middle of its reply\n")
            case .status500: #expect(text.hasPrefix("HTTP/1.1 500 ") && text.hasSuffix("\r\n\r\n"))
            case .endless, .gigantic:
                #expect(kept.count == 64 << 10 && text.hasPrefix("HTTP/1.1 200 OK\r\n"))
                if case .reply(let whole) = behaviour { #expect(kept == Array(whole.prefix(64 << 10))) }
                #expect(note == "incomplete reply: its reply is over the limit of \(64 << 10) bytes\n")
            case .inflating: if case .reply(let whole) = behaviour { #expect(kept == whole) }
            }
        }

        private static func reply(_ body: [UInt8]) -> CloudBehaviour {
            .reply(Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
        }
    }

    @Test("shield: the Envoy does not wait for the cloud")
    func prompt() async throws {
        try await withHouse(.hang, ["--cloud", "shield"]) { house async throws in
            // The cloud never answers, and its time is a minute: the reply is ours alone, and the connection ends with it.
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            #expect(!house.proxy.finalNames.contains { $0.contains(".response") })
            #expect(await house.proxy.stop() == 0)
        }
    }

    @Test(
        "What no answer is known to, and with answer what can't be read, hears 503 and goes nowhere",
        arguments: [("answer", true), ("answer", false), ("shield", false)])
    func unanswerable(mode: String, isReport: Bool) async throws {
        let sent = NumberedRequest.bytes(
            body: Array("no zlib".utf8), path: isReport ? "/emu_reports/performance_report" : "/emu_reports/task_complete")
        try await withHouse(.normal, ["--cloud", mode]) { house async throws in
            #expect(try await house.post(sent).status == 503)
            #expect(try await house.proxy.awaited("request") == sent)
            #expect(try await Self.note(house).hasPrefix("no reply: the cloud is not asked, and no answer can be made here: "))
            #expect(!house.proxy.finalNames.contains { $0.contains(".answer") })
            #expect(house.cloud.requestCount == 0)
        }
    }

    @Test("At SIGHUP the mode of the settings holds for what arrives from then on, while other requests go on")
    func switched() async throws {
        let folder = try TemporaryFolder()
        let settings = try folder.write("cloud: forward\n".utf8, to: "heliograph.yaml")
        try await withHouse(.normal, ["--config", settings.path(percentEncoded: false)]) { house async throws in
            func switching(_ mode: String, _ line: String) async throws {
                _ = try folder.write("cloud: \(mode)\n".utf8, to: "heliograph.yaml")
                house.proxy.program.send(SIGHUP)
                #expect(await house.proxy.logs(line), "\(house.proxy.log)")
            }
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            try await house.cloud.setBehaviour(.slow(.seconds(2)))
            async let slow = house.post(PostedReport.any.request)
            #expect(try await eventually { house.cloud.requestCount == 2 })
            try await switching("answer", "cloud mode changed by=SIGHUP from=forward to=answer")
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            #expect(try await slow.isSuccess, "what was under way got the cloud's reply")
            try await switching("off", "to=off")
            #expect(try await house.post(PostedReport.any.request).status == 503)
            try await switching("on", "settings can't be read; all goes on as before")
            #expect(try await house.post(PostedReport.any.request).status == 503)
            try await house.cloud.setBehaviour(.normal)
            try await switching("forward", "to=forward")
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            #expect(house.cloud.requestCount == 3)
            #expect(try await house.proxy.awaited(6, "response").count == 6)
            #expect(try await house.proxy.awaited(1, "answer").count == 1)
            #expect(await house.proxy.stop() == 0)
        }
    }

    @Test("At SIGHUP what was answered here begins to go to the cloud, where the settings say so by then")
    func rulesSwitched() async throws {
        let folder = try TemporaryFolder()
        let settings = try folder.write("cloud: shield\ndeliver-pause: 10ms\n".utf8, to: "heliograph.yaml")
        try await withHouse(.status(503), ["--config", settings.path(percentEncoded: false)]) { house async throws in
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            #expect(try await house.proxy.awaited("response").count > 0)
            try await house.cloud.setBehaviour(.normal)
            #expect(house.undelivered.count == 1)
            _ = try folder.write("cloud: shield\ndeliver-pause: 10ms\ndeliver: later\nanswer-after: 2d\n".utf8, to: "heliograph.yaml")
            house.proxy.program.send(SIGHUP)
            #expect(await house.proxy.logs("rules beside the cloud mode changed"), "\(house.proxy.log)")
            #expect(house.proxy.log.contains { $0.contains("answer_after_seconds=172800") && $0.contains("deliver=later") })
            #expect(await house.proxy.logs("all is delivered"))
            #expect(try await eventually { house.undelivered == [] })
            #expect(house.cloud.requestCount == 2)
            #expect(await house.proxy.stop() == 0)
        }
    }

    @Test("While the cloud is away, what can't be answered here goes to it all the same; the first report that it takes ends the outage")
    func standIn() async throws {
        let unread = NumberedRequest.bytes(body: Array("no zlib".utf8), path: "/emu_reports/performance_report")
        try await withHouse(.down, ["--answer-after", "1s"]) { house async throws in
            #expect(try await house.post(unread).status == 502)
            try await Task.sleep(for: .seconds(1.1))
            #expect(try await house.post(unread).status == 502)
            try await house.cloud.setBehaviour(.status(202))
            #expect(try await house.post(unread).status == 202, "the cloud's own answer")
            #expect(try await house.post(PostedReport.any.request).isSuccess, "answered here: nothing says that it took one")
            try await house.cloud.setBehaviour(.normal)
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            #expect(await house.proxy.logs("the Envoy hears the cloud's replies again"))
            try await house.cloud.setBehaviour(.down)
            #expect(try await house.post(PostedReport.any.request).status == 502, "a new outage has begun")
        }
    }

    @Test("How long the cloud has been away is known across restarts")
    func outageKept() async throws {
        try await withHouse(.down, ["--answer-after", "2s"]) { house async throws in
            #expect(try await house.post(PostedReport.any.request).status == 502)
            #expect(await house.proxy.stop() == 0)
            let note = house.folder.file("data/cloud-outage")
            #expect(FileManager.default.fileExists(atPath: note.path(percentEncoded: false)))
            try await Task.sleep(for: .seconds(2))
            let flags = House.flags(house.cloud, house.authority) + ["--answer-after", "2s"]
            let second = try await Proxy.start(house.folder.file("data"), flags)
            let client = try EnvoyClient(host: "127.0.0.1", port: second.port, transport: .tls(.v1_2))
            #expect(try await client.send(PostedReport.any.request).isSuccess, "answered here")
            try await house.cloud.setBehaviour(.normal)
            #expect(try await client.send(PostedReport.any.request).isSuccess)
            #expect(try await eventually { !FileManager.default.fileExists(atPath: note.path(percentEncoded: false)) })
            #expect(await second.stop() == 0)
        }
    }

    @Test("An answer has the form of the last good reply that this Envoy got, also after a restart; heliograph answers tells of it")
    func learned() async throws {
        let xml = "<?xml version='1.0'?>\n<perf_report_response status='success'><events_processed/></perf_report_response>"
        let reply = Array("HTTP/1.1 200 OK\r\nServer: made up\r\nX-Other: 1\r\nContent-Length: \(xml.utf8.count)\r\n\r\n\(xml)".utf8)
        try await withHouse(.reply(reply)) { house async throws in
            #expect(
                try await house.heliograph("answers").text.hasPrefix(
                    "nothing was learned yet: answers have the form of the published reply\n"))
            _ = try await house.post(PostedReport.any.request)
            #expect(await house.proxy.logs("answers made here for this Envoy have the form of this reply"))
            #expect(await house.proxy.stop() == 0)
            let flags = House.flags(house.cloud, house.authority) + ["--cloud", "answer"]
            let second = try await Proxy.start(house.folder.file("data"), flags)
            let answer = try await EnvoyClient(host: "127.0.0.1", port: second.port, transport: .tls(.v1_2)).send(PostedReport.any.request)
            let text = String(decoding: answer.bytes, as: UTF8.self)
            #expect(
                text.hasPrefix(
                    "HTTP/1.1 200 OK\r\nServer: made up\r\nContent-Length: \(answer.body.count)\r\nConnection: close\r\n\r\n<?xml version='1.0'?>\n<perf_report_response"
                ), "\(text)")
            #expect(try Self.events(answer) == Report.decode(xml: PostedReport.any.xml).value.events.map(\.id))
            #expect(await second.stop() == 0)
            let shown = try await house.heliograph("answers learn")
            for line in [
                ": 1 reply, 1 of them good\n", "  always      header   server: made up\n",
                "  always      element  perf_report_response/events_processed\n", "  always      body     not compressed\n",
                "  Content-Length: {length}\n",
            ] {
                #expect(shown.text.contains(line), "\(shown.text)")
            }
            // What is damaged is told of, and holds nothing up.
            try Data("{".utf8).write(to: house.folder.file("data/answer-forms.json"))
            let refused = try await house.heliograph("answers")
            #expect(
                refused.status == 1 && refused.errors.hasPrefix("error: can't read ") && refused.errors.contains("\nhint: remove it"),
                "\(refused)")
            let third = try await Proxy.start(house.folder.file("data"), flags)
            #expect(third.lines(containing: "answers made here have the form of the published reply").count == 1)
            #expect(await third.stop() == 0)
        }
    }

    @Test("A made-up Envoy goes on without a cloud: it keeps nothing back")
    func withoutCloud() async throws {
        try await withHouse(.down, ["--cloud", "answer"]) { house async throws in
            let result = try await Program.run(
                Program.built("heliograph"),
                ["simulate", "envoy", "--to", "https://127.0.0.1:\(house.proxy.port)", "--reports", "5", "--speed", "100000"])
            #expect(result.status == 0, "\(result.errors)")
            #expect(String(decoding: result.output, as: UTF8.self).split(separator: "\n").filter { $0.hasSuffix("200 taken") }.count == 5)
            #expect(try await house.proxy.awaited(5, "answer").count == 5)
        }
    }
}
