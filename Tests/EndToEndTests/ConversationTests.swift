import Foundation
import Simulator
import TestSupport
import Testing

@Suite("All that HTTP/1 allows passes unchanged", .timeLimit(.minutes(10)))
struct ConversationTests {
    @Test("A connection that is kept alive serves one request after another, each captured by itself")
    func keepAlive() async throws {
        try await withHouse { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            for number in 1...3 {
                let sent = NumberedRequest.bytes(number, body: Array(repeating: 7, count: number * 1000), close: false)
                try await connection.send(sent)
                _ = await connection.received.wait { $0.text.components(separatedBy: "HTTP/1.1 200 OK").count == number + 1 }
                _ = try await house.proxy.awaited(number, "response")
                #expect(house.cloud.requests.last?.bytes == sent)
            }
            let kept = try await house.proxy.awaited(3, "request")
            #expect(Set(kept) == Set(house.cloud.requests.map(\.bytes)))
            let replies = try await house.proxy.awaited(3, "response")
            #expect(replies.reduce(0) { $0 + $1.count } == connection.received.value.bytes.count)
            #expect(!connection.received.value.isClosed)
            await connection.close()
        }
    }

    @Test("Requests sent ahead without waiting are answered in their order, each captured by itself")
    func pipelining() async throws {
        try await withHouse { house async throws in
            let sent = (1...5).map { NumberedRequest.bytes($0, body: Array(repeating: UInt8($0), count: 40_000), close: $0 == 5) }
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(sent.joined())
            let got = await connection.rest()
            #expect(got.isClosed)
            #expect(house.cloud.requests.map(\.bytes) == sent, "one after another")
            let replies = try await house.proxy.awaited(5, "response")
            #expect(Set(try await house.proxy.awaited(5, "request")) == Set(sent))
            #expect(replies.reduce(0) { $0 + $1.count } == got.bytes.count)
        }
    }

    @Test("A chunked request keeps its chunks, its extensions and its trailers")
    func chunked() async throws {
        let text =
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            + "4;name=\"v;\"\r\nWiki\r\n0B\r\npedia\r\n in \r\n000\r\nTrailer: yes\r\n\r\n"
        try await withHouse { house async throws in
            // Byte by byte, so that every piece of the framing arrives torn.
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            for byte in text.utf8 { try await connection.send([byte]) }
            #expect(await connection.rest().status == 200)
            #expect(house.cloud.requests.map { String(decoding: $0.bytes, as: UTF8.self) } == [text])
            #expect(String(decoding: try await house.proxy.awaited("request"), as: UTF8.self) == text)
        }
    }

    @Test("A chunked report of a real client is decoded like any other")
    func chunkedReport() async throws {
        try await withHouse { house async throws in
            let body = try house.folder.write(PostedReport.any.body, to: "body")
            let result = try await Program.run(
                "curl",
                ["-sS", "-k", "--max-time", "20", "-H", "Transfer-Encoding: chunked", "-H", "Content-Type: application/x-deflate"]
                    + ["--data-binary", "@\(body.path(percentEncoded: false))", "-w", "%{http_code}", "-o", "/dev/null"]
                    + ["https://127.0.0.1:\(house.proxy.port)/emu_reports/performance_report?webcomm_version=3.0"])
            #expect(result.text == "200", "\(result.errors)")
            #expect(try await house.proxy.awaited("xml") == PostedReport.any.xml)
            #expect(try await house.proxy.awaited("request") == house.cloud.requests.first?.bytes)
        }
    }

    @Test("Who asks with Expect: 100-continue is told to go on before it sends its body")
    func expectContinue() async throws {
        try await withHouse { house async throws in
            let head = "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(head)
            #expect(await connection.receives("HTTP/1.1 100 Continue\r\n\r\n"))
            #expect(house.cloud.requestCount == 0)
            try await connection.send("body")
            let got = await connection.rest()
            #expect(got.isClosed && got.text.contains("HTTP/1.1 200 OK"))
            #expect(String(decoding: try await house.proxy.awaited("request"), as: UTF8.self) == head + "body")
            #expect(house.cloud.requests.map { String(decoding: $0.bytes, as: UTF8.self) } == [head + "body"])
        }
    }

    @Test("Who asks to go on behind a request that is still being answered is told so after that answer")
    func expectContinueInTurn() async throws {
        try await withHouse(.slow(.milliseconds(700))) { house async throws in
            let first = NumberedRequest.bytes(1, body: [1], close: false)
            let head = "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(first + Array(head.utf8))
            #expect(await connection.receives("HTTP/1.1 100 Continue\r\n\r\n"))
            let before = connection.received.value.bytes
            let reply = try await house.proxy.awaited("response")
            #expect(before == reply + Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
            try await connection.send("body")
            let got = await connection.rest()
            #expect(got.isClosed && got.text.components(separatedBy: "HTTP/1.1 200 OK").count == 3)
            #expect(house.cloud.requests.map(\.bytes) == [first, Array((head + "body").utf8)])
        }
    }

    @Test("HTTP/1.0 stays HTTP/1.0, and the connection ends with the reply")
    func http10() async throws {
        let reply = Array("HTTP/1.0 200 OK\r\n\r\nbye".utf8)
        try await withHouse(.reply(reply)) { house async throws in
            let sent = Array("POST /x HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc".utf8)
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(sent)
            let got = await connection.rest()
            #expect(got.isClosed && got.bytes == reply)
            #expect(house.cloud.requests.map(\.bytes) == [sent])
        }
    }

    @Test("The reply to a HEAD ends with its head, whatever length it names")
    func head() async throws {
        let reply = Array("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nConnection: keep-alive\r\n\r\n".utf8)
        try await withHouse(.reply(reply)) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send("HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let got = await connection.rest()
            #expect(got.isClosed && got.bytes == reply)
            #expect(try await house.proxy.awaited("response") == reply)
            #expect(!house.proxy.finalNames.contains { $0.hasSuffix(".incomplete") })
        }
    }

    @Test("Without a body there is nothing to wait for", arguments: ["GET", "POST", "DELETE"])
    func noBody(method: String) async throws {
        try await withHouse { house async throws in
            let sent = "\(method) /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(sent)
            #expect(await connection.rest().status == 200)
            #expect(house.cloud.requests.map { String(decoding: $0.bytes, as: UTF8.self) } == [sent])
        }
    }

    @Test("Empty lines between requests belong to none of them")
    func emptyLines() async throws {
        try await withHouse { house async throws in
            let sent = NumberedRequest.bytes(body: [1, 2, 3])
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(Array("\r\n\r\n".utf8) + sent)
            #expect(await connection.rest().status == 200)
            #expect(house.cloud.requests.map(\.bytes) == [sent])
        }
    }

    @Test("On the plain port the same happens without TLS")
    func plain() async throws {
        try await withHouse { house async throws in
            let connection = try await RawConnection.open(house.proxy.plainPort)
            try await connection.send(PostedReport.any.request)
            let got = await connection.rest()
            #expect(got.status == 200)
            #expect(house.cloud.requests.map(\.bytes) == [PostedReport.any.request])
            #expect(try await house.proxy.awaited("response") == got.bytes)
            #expect(try await house.proxy.awaited("xml") == PostedReport.any.xml)
        }
    }

    @Test("A body of 30 MB passes whole, and costs little memory")
    func large() async throws {
        var random = SeededRandom(3)
        let sent = NumberedRequest.bytes(body: random.bytes(30 << 20))
        try await withHouse { house async throws in
            let before = try await house.proxy.warmMemory { _ = try await house.post(PostedReport.any.request) }
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(sent)
            #expect(await connection.rest().status == 200)
            #expect(house.cloud.requests.last?.bytes == sent)
            #expect(try await house.proxy.awaited(2, "request").contains(sent))
            _ = try await house.proxy.awaited(2, "response")
            let growth = try house.proxy.memory.peak - before
            print("memory for a body of 30 MB: \(growth >> 20) MB")
            // The ingestor reads requests whole.
            #expect(growth < 64 << 20)
        }
    }
}
