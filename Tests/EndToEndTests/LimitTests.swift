import Foundation
import Simulator
import TestSupport
import Testing

@Suite("Over a limit there is the right status, a log line, and never unbounded memory", .timeLimit(.minutes(10)))
struct LimitTests {
    private static func expectRefused(_ house: House, _ got: RawConnection.Received, _ status: Int, _ reason: String) async throws {
        #expect(got.status == status, "\(got.text)")
        #expect(await house.proxy.logs("connection refused"))
        let line = try #require(house.proxy.lines(containing: "connection refused").first)
        #expect(line.contains("address=127.0.0.1 ") && line.contains(reason) && line.contains("hint="))
        #expect(house.cloud.requestCount == 0 && house.proxy.finalNames == [] && house.proxy.partialNames == [])
    }

    @Test(
        "A slow-loris client that drips its head or its body: 408",
        arguments: [
            "POST /x HTTP/1.1\r\nHost: a\r\nX-", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        ])
    func drips(start: String) async throws {
        try await withHouse(.normal, ["--limits-request-time", "600ms", "--limits-idle", "10s"]) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(start)
            let dripping = Task {
                while !Task.isCancelled, !connection.received.value.isClosed {
                    await connection.sendAsMuchAsIsTaken(start.hasSuffix("chunked\r\n\r\n") ? Array("1\r\na\r\n".utf8) : [97])
                    // The pace is what the test is about.
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            let answered = await connection.received.wait { $0.status != nil }
            dripping.cancel()
            #expect(answered)
            try await Self.expectRefused(house, connection.received.value, 408, "request too slow")
            await connection.close()
        }
    }

    @Test(
        "A client that stops in the middle: 408",
        arguments: ["POST", "POST /x HTTP/1.1\r\nHost: a\r\n", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc"])
    func stops(start: String) async throws {
        try await withHouse(.normal, ["--limits-idle", "3s"]) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(start)
            try await Self.expectRefused(house, await connection.rest(), 408, "request too slow")
        }
    }

    @Test("A connection kept alive and then silent is closed without a word")
    func idle() async throws {
        try await withHouse(.normal, ["--limits-idle", "3s"]) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(NumberedRequest.bytes(body: [1], close: false))
            let got = await connection.rest()
            #expect(got.isClosed && got.status == 200 && got.text.components(separatedBy: "HTTP/1.1").count == 2)
            #expect(house.proxy.lines(containing: "connection refused") == [])
        }
    }

    @Test("A connection that brings one request after another has its time, and ends with a whole reply")
    func connectionTime() async throws {
        try await withHouse(.normal, ["--limits-connection-time", "1s"]) { house async throws in
            let connection = try await RawConnection.open(house.proxy.plainPort)
            var sent = 0
            while !connection.received.value.isClosed, sent < 10_000 {
                await connection.sendAsMuchAsIsTaken(NumberedRequest.bytes(sent, body: [1], close: false))
                sent += 1
                _ = await connection.received.wait { [sent] in
                    $0.isClosed || $0.text.components(separatedBy: "HTTP/1.1 200 OK").count > sent
                }
            }
            let got = await connection.rest()
            #expect(got.isClosed && sent < 10_000)
            #expect(try await house.settled() && house.proxy.lines(containing: "connection refused") == [])
            let replies = try await house.proxy.awaited(house.cloud.requestCount, "response")
            #expect(replies.reduce(0) { $0 + $1.count } == got.bytes.count, "each request that was taken has its whole reply")
        }
    }

    @Test("A reply has its time, however fast it goes on")
    func replyTotalTime() async throws {
        try await withHouse(.endless, ["--limits-reply-total-time", "1s", "--limits-reply", "4GiB"]) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(PostedReport.any.request)
            #expect(await connection.rest().isClosed)
            let note = String(decoding: try await house.proxy.awaited("incomplete"), as: UTF8.self)
            #expect(note == "incomplete reply: its reply did not come in time\n")
        }
    }

    @Test("A client that takes no byte of its reply is let go, and the reply is kept whole")
    func takesNothing() async throws {
        let body = Array(repeating: UInt8(7), count: 24 << 20)
        let whole = Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
        try await withHouse(.reply(whole), ["--limits-idle", "2s"]) { house async throws in
            let connection = try await RawConnection.open(house.proxy.plainPort)
            try await connection.channel.setOption(.autoRead, value: false).get()
            try await connection.send(PostedReport.any.request)
            #expect(try await house.proxy.awaited("response") == whole)
            #expect(try await eventually { house.proxy.lines(containing: "envoy_hung_up=true").count == 1 })
            await connection.close()
        }
    }

    @Test("A head over the limit: 431", arguments: [true, false])
    func largeHead(inOneLine: Bool) async throws {
        try await withHouse { house async throws in
            let filler =
                inOneLine
                ? "X: " + String(repeating: "a", count: 70_000) + "\r\n"
                : (0..<2000).map { "X-\($0): \(String(repeating: "b", count: 30))\r\n" }.joined()
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            await connection.sendAsMuchAsIsTaken("POST /x HTTP/1.1\r\nHost: a\r\n\(filler)\r\n".utf8)
            try await Self.expectRefused(house, await connection.rest(), 431, "request head over the limit")
        }
    }

    @Test("A head just under the limit passes")
    func headAtTheLimit() async throws {
        try await withHouse { house async throws in
            let start = "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: "
            let text = start + String(repeating: "a", count: 65_536 - start.utf8.count - 4) + "\r\n\r\n"
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(text)
            #expect(await connection.rest().status == 200)
            #expect(house.cloud.requests.map { String(decoding: $0.bytes, as: UTF8.self) } == [text])
        }
    }

    @Test("A body over the limit that says so: 413 before a byte of it is read")
    func largeBodyCounted() async throws {
        try await withHouse(.normal, ["--limits-request-body", "100KiB"]) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 102401\r\n\r\n")
            try await Self.expectRefused(house, await connection.rest(), 413, "request body over the limit of 102400 bytes")
        }
    }

    @Test("A body at the limit passes")
    func bodyAtTheLimit() async throws {
        try await withHouse(.normal, ["--limits-request-body", "100KiB"]) { house async throws in
            let sent = NumberedRequest.bytes(body: Array(repeating: 1, count: 102_400))
            let reply = try await house.post(sent)
            #expect(reply.status == 200 && house.cloud.requests.map(\.bytes) == [sent])
        }
    }

    @Test("A chunked body over the limit: 413 when it has come so far, and what was kept of it is gone")
    func largeBodyChunked() async throws {
        try await withHouse(.normal, ["--limits-request-body", "100KiB", "--limits-request-head", "1KiB"]) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "1000\r\n" + String(repeating: "c", count: 4096) + "\r\n"
            for _ in 0..<40 { await connection.sendAsMuchAsIsTaken(chunk.utf8) }
            #expect(await connection.received.wait { $0.status != nil || $0.isClosed })
            try await Self.expectRefused(house, connection.received.value, 413, "request body over the limit of 102400 bytes")
            await connection.close()
        }
    }

    @Test("A chunk size without end costs no memory and is refused")
    func endlessChunkSize() async throws {
        try await withHouse(.normal, ["--limits-request-body", "1MiB"]) { house async throws in
            let connection = try await RawConnection.open(house.proxy.plainPort)
            try await connection.send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;")
            for _ in 0..<64 where !connection.received.value.isClosed {
                await connection.sendAsMuchAsIsTaken(Array(repeating: 97, count: 64 << 10))
            }
            #expect(await connection.received.wait { $0.status != nil || $0.isClosed })
            let status = connection.received.value.status
            #expect(status == 413 || status == 400)
            #expect(house.cloud.requestCount == 0 && house.proxy.partialNames == [])
            await connection.close()
        }
    }

    @Test("A report that inflates to gigabytes is captured and forwarded, without XML, and costs little memory")
    func inflationBomb() async throws {
        // A stored zlib stream of zlib streams would do as well; 3 GB of zeros deflate to 3 MB.
        let folder = try TemporaryFolder()
        let bomb = folder.file("bomb")
        let made = try await Program.run(
            "python3",
            [
                "-c",
                "import sys,zlib\nc=zlib.compressobj(9)\nz=bytes(1<<24)\nf=open(sys.argv[1],'wb')\nfor _ in range(128): f.write(c.compress(z))\nf.write(c.flush())",
                bomb.path(percentEncoded: false),
            ],
            within: .patience)
        #expect(made.status == 0, "\(made.errors)")
        let sent = NumberedRequest.bytes(body: try bytes(of: bomb), path: "/emu_reports/performance_report")
        try await withHouse(.status(200)) { house async throws in
            let before = try await house.proxy.warmMemory { _ = try await house.post(PostedReport.any.request) }
            #expect(try await house.post(sent).status == 200)
            #expect(house.cloud.requests.last?.bytes == sent)
            #expect(try await house.proxy.awaited(2, "request").contains(sent))
            #expect(await house.proxy.logs("captured, but not understood"))
            #expect(house.proxy.finalNames.count { $0.hasSuffix(".xml") } <= 1)
            let growth = try house.proxy.memory.peak - before
            print("memory for 2 GB in 2 MB: \(growth >> 20) MB more, of which the limit allows 64")
            #expect(growth < 180 << 20)
        }
    }
}
