import Testing

@testable import Simulator

@Suite("Reading a reply as an Envoy does")
struct ReplyReaderTests {
    private let reply = Array("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX: y\r\n\r\nhello".utf8)

    @Test("It is whole with its last byte, however it is cut")
    func everyCut() throws {
        for cut in 0...reply.count {
            var reader = ReplyReader(limit: 1000)
            let first = try reader.feed(reply[..<cut])
            #expect((first == nil) == (cut < reply.count))
            let whole = try first ?? reader.feed(reply[cut...])
            #expect(whole?.bytes == reply)
            #expect(whole?.status == 200)
            #expect(whole.map { String(decoding: $0.body, as: UTF8.self) } == "hello")
        }
    }

    @Test("A hang-up before the last byte cuts it short, wherever it comes")
    func everyHangUp() throws {
        for length in 0..<reply.count {
            var reader = ReplyReader(limit: 1000)
            #expect(try reader.feed(reply[..<length]) == nil)
            #expect(throws: SimulatorError.self) { try reader.finish() }
        }
    }

    @Test("Without a length it ends with the connection")
    func noLength() throws {
        var reader = ReplyReader(limit: 1000)
        #expect(try reader.feed(Array("HTTP/1.0 200 OK\r\n\r\nall of it".utf8)) == nil)
        #expect(try String(decoding: reader.finish().body, as: UTF8.self) == "all of it")
    }

    @Test("An interim reply is passed over")
    func interim() throws {
        var reader = ReplyReader(limit: 1000)
        let whole = try reader.feed(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8) + reply)
        #expect(whole?.bytes == reply)
    }

    @Test(
        "What is not HTTP is an error",
        arguments: ["hello world\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 99999999999999999999 x\r\n\r\n", "\r\n\r\n"])
    func notHTTP(text: String) {
        var reader = ReplyReader(limit: 1000)
        #expect(throws: SimulatorError.self) { try reader.feed(Array(text.utf8)) }
    }

    @Test("A length that is no number counts as none", arguments: ["-1", "x", "99999999999999999999"])
    func oddLength(length: String) throws {
        var reader = ReplyReader(limit: 1000)
        #expect(try reader.feed(Array("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\nabc".utf8)) == nil)
        #expect(try reader.finish().body == Array("abc".utf8))
    }

    @Test("More than the limit is refused")
    func limit() {
        var reader = ReplyReader(limit: reply.count - 1)
        #expect(throws: SimulatorError.replyTooLarge(limit: reply.count - 1)) { try reader.feed(reply) }
    }
}
