import Reports
import Testing

@Suite("Replies")
struct ReplyTests {
    @Test("a reply gives its status and the events that the cloud has taken")
    func reply() throws {
        let decoded = try Reply.decode(
            xml: bytes(
                "<perf_report_response status='success'>\n<events_processed><event id='7'/><event id='9'/>"
                    + "</events_processed></perf_report_response>"))
        #expect(decoded.value.status == "success")
        #expect(decoded.value.processedEvents == [7, 9])
        #expect(decoded.findings.isEmpty)
    }

    @Test("whatever else a reply holds is found, such as a task")
    func task() throws {
        let decoded = try Reply.decode(
            xml: bytes(
                "<perf_report_response x='1'><tasks><task id='3'><event id='1'/></task></tasks>hello"
                    + "<events_processed><event id='a'/><event n='1'/></events_processed></perf_report_response>"))
        #expect(decoded.value.processedEvents.isEmpty)
        #expect(
            decoded.findings.map(\.description) == [
                "unknownAttribute perf_report_response x, line 1", "missingAttribute perf_report_response status, line 1",
                "unknownElement tasks, line 1", "unexpectedText perf_report_response, line 1",
                "badNumber event id, line 1", "incompleteRow event, line 1, 2 times", "unknownAttribute event n, line 1",
                "missingAttribute event id, line 1",
            ])
    }

    @Test("what is no reply is an error")
    func noReply() {
        #expect(throws: ReportError.reading(.reply, .root("perf_report"))) { try Reply.decode(xml: bytes(tinyReport)) }
        #expect(throws: ReportError.reading(.reply, .root("html"))) { try Reply.decode(xml: bytes("<html/>")) }
        #expect(throws: ReportError.self) { try Reply.decode(xml: []) }
    }

    @Test("the real reply names the events of the real report", .realCaptures)
    func realReply() throws {
        guard let reply = try capture("2012-R3.0.0/response.xml"), let report = try capture("2012-R3.0.0/report.xml")
        else { return }
        let decoded = try Reply.decode(xml: reply)
        #expect(decoded.value.status == "success")
        #expect(try decoded.value.processedEvents == Report.decode(xml: report).value.events.map(\.id))
        #expect(decoded.findings.isEmpty)
    }
}
