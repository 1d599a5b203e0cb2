import Testing

@testable import Reports

@Suite("The form of an answer is that of a good reply of the cloud")
struct AnswerFormTests {
    private static let body = "<perf_report_response status='success'><events_processed/></perf_report_response>"
    private static let declaration = "<?xml version='1.0' encoding='utf-8'?>\r\n\r\n"

    private static func reply(_ headers: [String], _ body: [UInt8], status: String = "200 OK") -> [UInt8] {
        bytes((["HTTP/1.1 \(status)"] + headers + ["", ""]).joined(separator: "\r\n")) + body
    }

    private static func request() -> [UInt8] {
        let body = deflated(bytes("body=") + percentEncoded(bytes(tinyReport)))
        return bytes("POST /emu_reports/performance_report HTTP/1.1\r\nContent-Length: \(body.count)\r\n\r\n") + body
    }

    @Test(
        "What is learned from a reply, and answered in that form, is learned again from the answer",
        arguments: [Compression?.none, .zlib, .gzip, .rawDeflate])
    func roundTrip(compression: Compression?) throws {
        let xml = bytes(Self.declaration + Self.body)
        let body = compression?.compress(xml) ?? xml
        let headers = [
            "Server: Apache/2", "date: Mon, 13 Feb 2012 11:56:48 GMT", "Connection: keep-alive", "Content-Length: \(body.count)",
            "Content-Type: x/y; z",
        ]
        let form = try #require(AnswerForm(ofReply: Self.reply(headers, body)))
        #expect(
            form.headers == ["Server: Apache/2", "date: {date}", "Connection: close", "Content-Length: {length}", "Content-Type: x/y; z"])
        #expect(form.compression == compression && form.declaration == Self.declaration)
        var serials: [String] = []
        let answer = try OwnAnswer.toRequest(Self.request(), at: 0) { serial in
            serials.append(serial)
            return form
        }
        #expect(serials == [try Report.decode(xml: bytes(tinyReport)).value.envoy?.serialNumber])
        #expect(AnswerForm(ofReply: answer) == form)
        let reply = try CapturedReply(answer)
        #expect(
            String(decoding: answer.dropLast(reply.body.count), as: UTF8.self).contains(
                "\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: close\r\nContent-Length: \(reply.body.count)\r\n"))
        #expect(try Reply.decode(xml: ReportBody(decoding: reply.body).xml).value.processedEvents == [7])
    }

    @Test("Of the headers only plain ones of known names are taken, each once; a chunked reply gets a length")
    func headers() throws {
        let chunked = bytes("\(String(Self.body.utf8.count, radix: 16))\r\n\(Self.body)\r\n0\r\n\r\n")
        let headers = [
            "Transfer-Encoding: chunked", "Set-Cookie: a=b", "ETag: x", "X-Command: reboot", "Server: a", "Server: b", "Status: \u{1b}[31m",
            "Cache-Control: \(String(repeating: "x", count: 201))", "Content-Type: text/xml",
        ]
        let form = try #require(AnswerForm(ofReply: Self.reply(headers, chunked)))
        #expect(form.headers == ["Server: a", "Content-Type: text/xml", "Content-Length: {length}", "Connection: close"])
        #expect(form.compression == nil && form.declaration == "")
        let commented = try #require(AnswerForm(ofReply: Self.reply([], bytes(Self.declaration + "<!-- x -->" + Self.body))))
        #expect(commented.declaration == Self.declaration, "a comment is not taken")
    }

    @Test(
        "A reply that is not plainly good teaches nothing",
        arguments: [
            ("404 Not Found", body), ("200 OK", "<perf_report_response status='error'/>"), ("200 OK", "<html/>"), ("200 OK", ""),
            ("200 OK", "junk"),
            ("200 OK", "<perf_report_response status='success'><task id='1'/></perf_report_response>"),
            ("200 OK", "<?xml version='1.0' encoding='utf-16'?>" + body), ("200 OK", "<?xml-stylesheet href='x'?>" + body),
        ])
    func notGood(status: String, body: String) {
        #expect(AnswerForm(ofReply: Self.reply(["Content-Length: \(body.utf8.count)"], bytes(body), status: status)) == nil)
    }

    @Test("The published form is what the real reply of 2012 teaches, but for what tells of its server", .realCaptures)
    func real() throws {
        guard let head = try capture("2012-R3.0.0/response-head.txt"), let body = try capture("2012-R3.0.0/response-body.deflate") else {
            return
        }
        let learned = try #require(AnswerForm(ofReply: head + [13, 10] + body))
        #expect(learned.compression == AnswerForm.published.compression && learned.declaration == AnswerForm.published.declaration)
        let published = Set(AnswerForm.published.headers)
        #expect(published.isSubset(of: learned.headers), "\(learned.headers)")
    }

    @Test("A shape is names, not contents")
    func shape() throws {
        let body =
            "<perf_report_response status='success'><events_processed><event id='1'/><event id='2'/></events_processed><task a='1'>x</task></perf_report_response>"
        let shape = try ReplyShape(ofReply: Self.reply(["X-A:  b "], bytes(body)))
        #expect(shape.status == 200 && shape.isGood && shape.compression == nil)
        #expect(shape.headers.map(\.name) == ["x-a"] && shape.headers.map(\.value) == ["b"])
        #expect(
            shape.elements == [
                "perf_report_response status", "perf_report_response/events_processed", "perf_report_response/events_processed/event id",
                "perf_report_response/task a",
            ])
        #expect(try !ReplyShape(ofReply: Self.reply([], bytes("junk"))).isGood)
        #expect(throws: ReportError.self) { try ReplyShape(ofReply: bytes("no reply: because")) }
    }
}
