import Reports
import Testing

@Suite("Captured requests")
struct CapturedRequestTests {
    @Test("a request splits into target, content type and body")
    func split() throws {
        let request = try CapturedRequest(
            bytes("POST /emu_reports/performance_report?webcomm_version=9 HTTP/1.1\r\nHost: h\r\n")
                + bytes("CONTENT-type: \tapplication/x-deflate \r\n\r\nbo\r\n\r\ndy"))
        #expect(request.target == "/emu_reports/performance_report?webcomm_version=9")
        #expect(request.contentType == "application/x-deflate")
        #expect(Array(request.body) == bytes("bo\r\n\r\ndy"))
        #expect(request.path == .performanceReport)
    }

    @Test("lines may end in LF alone, and body and content type may be missing")
    func bareLines() throws {
        let request = try CapturedRequest(bytes("GET / HTTP/1.0\nA: b\n\n"))
        #expect(request.contentType == nil)
        #expect(request.body.isEmpty)
        #expect(request.path == .other)
    }

    @Test("a chunked body loses its framing")
    func chunked() throws {
        let head = bytes("POST /x HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n")
        let body = bytes("4\r\nab\r\n\r\n00A;name=\"v\"\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n")
        #expect(Array(try CapturedRequest(head + body).body) == bytes("ab\r\n0123456789"))
    }

    @Test(
        "a broken chunk is an error with its place",
        arguments: [
            ("4\r\nab", 0), ("", 0), ("zz\r\n", 0), ("2\r\nabc\r\n0\r\n", 0), ("2\r\nab\r\n", 7),
            ("7fffffffffffffff\r\nab", 0), ("ffffffffffffffffff\r\nab", 0), ("-1\r\nab", 0),
        ])
    func brokenChunks(body: String, offset: Int) {
        let request = bytes("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        #expect(throws: ReportError.splitting(.chunk(offset: offset))) { try CapturedRequest(request) }
    }

    @Test("what is no request is an error")
    func noRequest() {
        #expect(throws: ReportError.splitting(.headWithoutEnd)) { try CapturedRequest(bytes("GET / HTTP/1.1\r\n")) }
        #expect(throws: ReportError.splitting(.headWithoutEnd)) { try CapturedRequest([]) }
        #expect(throws: ReportError.splitting(.requestLine)) { try CapturedRequest(bytes("hello\r\n\r\n")) }
        #expect(throws: ReportError.splitting(.requestLine)) { try CapturedRequest(bytes("\r\n\r\n")) }
    }

    @Test("a report is told by its path alone")
    func paths() {
        for target in [
            "/emu_reports/performance_report", "/emu_reports/performance_report?webcomm_version=3.0",
            "/emu_reports/performance_report?", "/emu_reports/performance_report#x",
            "https://reports.example:443/emu_reports/performance_report?x=/y",
        ] {
            #expect(ReportPath(target: target) == .performanceReport)
        }
        for target in [
            "", "/", "*", "/x?/emu_reports/performance_report", "/emu_reports/performance_report/x",
            "emu_reports/performance_report", "https://h", "https://h?/emu_reports/performance_report",
            "/EMU_reports/performance_report", "://", "host:443",
        ] {
            #expect(ReportPath(target: target) == .other)
        }
        #expect(ReportPath(target: "/emu_reports/task_complete?a=b") == .taskComplete)
    }

    @Test("the real capture's head and body, joined, split again", .realCaptures)
    func realCapture() throws {
        guard let head = try capture("2012-R3.0.0/request-head.txt"),
            let body = try capture("2012-R3.0.0/request-body.deflate")
        else { return }
        let request = try CapturedRequest(head + bytes(head.last == 10 ? "\r\n" : "\r\n\r\n") + body)
        #expect(request.path == .performanceReport)
        #expect(request.contentType == "application/x-deflate")
        #expect(Array(request.body) == body)
    }
}
