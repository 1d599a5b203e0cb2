import Foundation
import Testing

@testable import Reports

@Suite("Answers that are made here")
struct OwnAnswerTests {
    private static func request(_ body: [UInt8], _ target: String = "/emu_reports/performance_report?webcomm_version=4.6.0") -> [UInt8] {
        bytes("POST \(target) HTTP/1.1\r\nContent-Length: \(body.count)\r\n\r\n") + body
    }

    private static func form(_ xml: [UInt8]) -> [UInt8] { deflated(bytes("body=") + percentEncoded(xml)) }

    /// The XML of an answer to a report.
    private static func answer(to xml: [UInt8]) throws -> [UInt8] {
        let reply = try CapturedReply(OwnAnswer.toRequest(request(form(xml)), at: 0))
        return try ReportBody(decoding: reply.body).xml
    }

    @Test("It is a whole reply that says success, and names every event of the report")
    func whole() throws {
        let message = try OwnAnswer.toRequest(Self.request(Self.form(bytes(tinyReport))), at: 1_329_134_208)
        let reply = try CapturedReply(message)
        let head = String(decoding: message.dropLast(reply.body.count), as: UTF8.self)
        #expect(
            head == "HTTP/1.1 200 OK\r\nDate: Mon, 13 Feb 2012 11:56:48 GMT\r\nContent-Length: \(reply.body.count)\r\nStatus: 200\r\n"
                + "Connection: close\r\nContent-Type: application/x-deflate; charset=utf-8\r\n\r\n")
        let body = try ReportBody(decoding: reply.body)
        #expect(body.compression == .zlib)
        let decoded = try Reply.decode(xml: body.xml)
        #expect(decoded.value.status == "success" && decoded.value.processedEvents == [7] && decoded.findings.isEmpty)
    }

    @Test("An event that can't be decoded is acknowledged all the same, its id as it is written; only the report's own count")
    func oddEvents() throws {
        let xml = try Self.answer(
            to: bytes(
                "<perf_report report_timestamp='1'><event id='0012'/><event/><event id='a&amp;&lt;&quot;b'/><x><event id='5'/></x></perf_report>"
            ))
        #expect(
            String(decoding: xml, as: UTF8.self).split(separator: "\n").filter { $0.contains("<event ") }
                == ["    <event id=\"0012\"/>", "    <event id=\"a&amp;&lt;&quot;b\"/>"])
    }

    @Test("A report without events is taken, too")
    func noEvents() throws {
        let decoded = try Reply.decode(xml: Self.answer(to: bytes("<perf_report report_timestamp='1'/>")))
        #expect(decoded.value.status == "success" && decoded.value.processedEvents.isEmpty)
    }

    @Test("What can't be read, or is no report, gets no answer")
    func unanswerable() {
        #expect(throws: ReportError.answering(target: "/emu_reports/task_complete?x=1")) {
            try OwnAnswer.toRequest(Self.request(Self.form(bytes(tinyReport)), "/emu_reports/task_complete?x=1"), at: 0)
        }
        #expect(throws: ReportError.self) { try OwnAnswer.toRequest(Self.request(bytes("no zlib")), at: 0) }
        #expect(throws: ReportError.reading(.report, .root("html"))) {
            try OwnAnswer.toRequest(Self.request(Self.form(bytes("<html/>"))), at: 0)
        }
        #expect(throws: ReportError.self) { try OwnAnswer.toRequest(Self.request(Self.form(bytes("<perf_report><event id='1'/>"))), at: 0) }
        #expect(throws: ReportError.inflating(.zlib, .overLimit(bytes: 100))) {
            try OwnAnswer.toRequest(Self.request(Self.form(bytes(tinyReport))), at: 0, limitBytes: 100)
        }
    }

    @Test("A report that can't be read is answered where that is asked for: success, without events; another path never")
    func unread() throws {
        for body in [bytes("no zlib"), Self.form(bytes("<html/>")), Self.form(bytes("<perf_report><event id='1'/>"))] {
            let reply = try CapturedReply(OwnAnswer.toRequest(Self.request(body), at: 0, answersUnread: true))
            let decoded = try Reply.decode(xml: ReportBody(decoding: reply.body).xml)
            #expect(reply.status == 200 && decoded.value.status == "success" && decoded.value.processedEvents.isEmpty)
            #expect(decoded.findings.isEmpty)
        }
        #expect(throws: ReportError.self) {
            try OwnAnswer.toRequest(Self.request(bytes("no zlib"), "/emu_reports/task_complete"), at: 0, answersUnread: true)
        }
        let whole = Self.request(Self.form(bytes(tinyReport)))
        #expect(try OwnAnswer.toRequest(whole, at: 0, answersUnread: true) == OwnAnswer.toRequest(whole, at: 0))
    }

    @Test("To the real report of 2012 it is, byte for byte of its XML, what the cloud said", .ifCaptured)
    func realReply() throws {
        let report = try capture("2012-R3.0.0/report.xml")
        #expect(try Self.answer(to: report) == capture("2012-R3.0.0/response.xml"))
        let captured = try capture("2012-R3.0.0/response-head.txt")
        func names(_ head: String) -> [String] {
            head.split(whereSeparator: \.isNewline).dropFirst().map { String($0.prefix { $0 != ":" }) }
        }
        let ours = names(
            String(decoding: try OwnAnswer.toRequest(Self.request(Self.form(report)), at: 0).prefix { $0 != 0x78 }, as: UTF8.self))
        #expect(names(String(decoding: captured, as: UTF8.self)).filter(ours.contains) == ours, "the headers are the cloud's, in its order")
    }

    @Test(
        "To the real report of 2015 it names each of its events, and has the shape of the real reply", .ifCaptured)
    func realReport() throws {
        let report = try capture("2015-R3.12.34/report.xml")
        let answer = try OwnAnswer.toRequest(Self.request(Self.form(report)), at: 0)
        let decoded = try Reply.decode(xml: ReportBody(decoding: CapturedReply(answer).body).xml)
        #expect(try decoded.value.processedEvents == Report.decode(xml: report).value.events.map(\.id))
        #expect(decoded.findings.isEmpty)
        let (head, body) = (try capture("2012-R3.0.0/response-head.txt"), try capture("2012-R3.0.0/response-body.deflate"))
        let real = try ReplyShape(ofReply: head.flatMap { $0 == 10 ? [13, 10] : [$0] } + [13, 10] + body)
        let ours = try ReplyShape(ofReply: answer)
        #expect(ours.elements == real.elements && ours.compression == real.compression && ours.isGood && real.isGood)
        #expect(Set(ours.headers.map(\.name)).isSubset(of: real.headers.map(\.name)))
    }
}
