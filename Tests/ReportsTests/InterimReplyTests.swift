import Testing

@testable import Reports

@Suite("A reply behind interim heads")
struct InterimReplyTests {
    private static let body = "<perf_report_response status='success'><events_processed/></perf_report_response>"
    private static let reply = "HTTP/1.1 200 OK\r\nServer: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"

    @Test(
        "The interim heads are passed over, however many there are",
        arguments: [
            "", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100\r\n\r\n", "HTTP/1.1 100 Continue\n\n",
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nTransfer-Encoding: chunked\r\n\r\n",
            String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 20),
        ])
    func passedOver(before: String) throws {
        let whole = bytes(before + Self.reply)
        let reply = try CapturedReply(whole)
        #expect(reply.status == 200 && Array(reply.body) == bytes(Self.body))
        let form = try #require(AnswerForm(ofReply: whole))
        #expect(form == AnswerForm(ofReply: bytes(Self.reply)))
        #expect(try ReplyShape(ofReply: whole) == ReplyShape(ofReply: bytes(Self.reply)))
    }

    @Test("Behind 101 there is no HTTP")
    func switching() throws {
        let reply = try CapturedReply(bytes("HTTP/1.1 101 Switching Protocols\r\n\r\n" + Self.reply))
        #expect(reply.status == 101 && Array(reply.body) == bytes(Self.reply))
    }

    @Test("An interim head that no reply follows stands for itself", arguments: ["", "\r\n", "hello", "HTTP"])
    func alone(rest: String) throws {
        let reply = try CapturedReply(bytes("HTTP/1.1 100 Continue\r\n\r\n" + rest))
        #expect(reply.status == 100 && Array(reply.body) == bytes(rest))
    }

    @Test("A reply that breaks off in its head is no reply, interim heads or not")
    func cutOff() {
        for before in ["", "HTTP/1.1 100 Continue\r\n\r\n"] {
            #expect(throws: ReportError.splitting(.headWithoutEnd)) { try CapturedReply(bytes(before + "HTTP/1.1 200 OK\r\nA")) }
        }
    }

    @Test("What only looks like an interim head is a body")
    func inBody() throws {
        let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n"
        let reply = try CapturedReply(bytes("HTTP/1.1 200 OK\r\n\r\n" + text))
        #expect(reply.status == 200 && Array(reply.body) == bytes(text))
        #expect(Array(try CapturedRequest(bytes("POST /x HTTP/1.1\r\n\r\n" + text)).body) == bytes(text))
    }
}
