import Foundation
import Reports
import Spool
import Testing

@testable import Simulator
@testable import heliograph

@Suite struct EarlierCaptureTests {
    private let report: EnvoyReport

    init() {
        var summer = ReportsOfASummer(panels: 2)
        for _ in 0..<120 { _ = summer.next() }
        report = summer.next()
    }

    private func capture(_ text: String) -> EarlierCapture { EarlierCapture(Array(text.utf8), limitBytes: 1 << 20) }

    @Test(arguments: EarlierForm.allCases) func `each form gives the report as it was sent`(_ form: EarlierForm) throws {
        var bytes = try form.file(of: report)
        if Gzip.isGzip(bytes) { bytes = try Gzip.decompress(bytes, limitBytes: 1 << 20) }
        guard case .report(let xml, let isRequest) = EarlierCapture(bytes, limitBytes: 1 << 20) else {
            Issue.record("no report")
            return
        }
        #expect(String(decoding: xml, as: UTF8.self) == report.xml)
        #expect(isRequest == form.name("").contains("request"))
        #expect(try Report.decode(xml: xml).value.readings.count == report.readings.count)
    }

    @Test func `a body without a head is a report, and a request with CR LF in the old form, too`() throws {
        for bytes in [try report.body(), Form.encode(xml: report.xml, webcomm: .v3_0)] {
            guard case .report(_, isRequest: false) = EarlierCapture(bytes, limitBytes: 1 << 20) else {
                Issue.record("no report")
                continue
            }
        }
        let head = "POST /emu_reports/performance_report\r\n\r\nHost = x\r\n\r\n"
        guard case .report(_, isRequest: true) = capture(head + report.xml) else {
            Issue.record("no report")
            return
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\n\r\n", "no reply: the cloud is silent\n",
        "content-type = application/x-deflate\n\n<perf_report_response status=\"success\"/>\n",
        "<?xml version=\"1.0\"?>\n<perf_report_response status=\"success\"/>", "content-type = text/html\n\nsorry",
    ]) func `a reply is known as one`(_ text: String) {
        guard case .reply = capture(text) else {
            Issue.record("\(capture(text))")
            return
        }
    }

    @Test(arguments: [
        "POST /emu_reports/task_complete HTTP/1.1\r\n\r\nx", "POST https://x/emu_reports/task_complete?a\n\nHost = x\n\nsomething",
        "<svg></svg>", "<html><body>",
    ]) func `what is whole and no report is something else`(_ text: String) {
        guard case .other = capture(text) else {
            Issue.record("\(capture(text))")
            return
        }
    }

    @Test(arguments: [
        "POST /emu_reports/performance_report HTTP/1.1\r\n\r\nnothing of sense", "POST /emu_reports/performance_report?x HTTP/1.1\r\nHost",
        "POST https://x/emu_reports/performance_report\n\nHost = x\n\nnothing of sense",
    ]) func `a report that can't be read is damaged`(_ text: String) {
        guard case .damaged = capture(text) else {
            Issue.record("\(capture(text))")
            return
        }
    }

    @Test func `of a request in the old form that is cut or changed anywhere, none crashes`() throws {
        let whole = try EarlierForm.base64Request.file(of: report)
        for count in stride(from: 0, to: whole.count, by: 7) { _ = EarlierCapture(Array(whole.prefix(count)), limitBytes: 1 << 20) }
        for index in stride(from: 0, to: whole.count, by: 13) {
            var changed = whole
            changed[index] ^= 0x15
            _ = EarlierCapture(changed, limitBytes: 1 << 20)
        }
    }
}
