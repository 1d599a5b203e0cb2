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

    @Test("When no more files may be opened it says so, and goes on when there are some again")
    func tooManyFiles() async throws {
        try await withHouse(.normal, wrapper: ["/bin/sh", "-c", "ulimit -n 64; exec \"$@\"", "sh"]) { house async throws in
            var connections: [RawConnection] = []
            while connections.count < 80, house.proxy.lines(containing: "could not be accepted").isEmpty {
                connections.append(try await RawConnection.open(house.proxy.plainPort))
            }
            #expect(await house.proxy.logs("a connection could not be accepted"))
            #expect(house.proxy.lines(containing: "could not be accepted").first?.contains("hint=") == true)
            for connection in connections { await connection.close() }
            #expect(try await eventually { try house.proxy.openFiles < 40 })
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            #expect(try await house.proxy.awaited("request") == PostedReport.any.request)
            #expect(await house.proxy.stop() == 0)
        }
    }

    @Test("A thousand connections at once each get their answer", .enabled(if: OpenFiles.allow(4000), "too few files may be open at once"))
    func thousand() async throws {
        try await withHouse(
            .normal,
            ["--limits-handshake-time", "60s", "--limits-connect-time", "60s", "--limits-idle", "60s", "--limits-reply-time", "60s"]
        ) { house async throws in
            let connections = try await withThrowingTaskGroup(of: RawConnection.self) { tasks in
                for _ in 0..<1000 { tasks.addTask { try await RawConnection.open(house.proxy.plainPort) } }
                return try await tasks.reduce(into: [RawConnection]()) { $0.append($1) }
            }
            // All are open; now all speak.
            for (number, connection) in connections.enumerated() {
                try await connection.send(NumberedRequest.bytes(number, body: Array(repeating: 1, count: 2000)))
            }
            var outcomes: [Int: Int] = [:]
            for connection in connections { outcomes[await connection.rest().status ?? 0, default: 0] += 1 }
            #expect(outcomes == [200: 1000])
            #expect(house.cloud.requestCount == 1000)
            #expect(try await house.proxy.awaited(1000, "response").count == 1000)
            print("memory at 1,000 connections: \(try house.proxy.memory.peak >> 20) MB")
        }
    }

    @Test("The system's low default for open files is no limit on connections")
    func openFiles() async throws {
        try await withHouse(wrapper: ["/bin/sh", "-c", "ulimit -Sn 128; exec \"$@\"", "sh"]) { house async throws in
            var connections: [RawConnection] = []
            for _ in 0..<200 { connections.append(try await RawConnection.open(house.proxy.plainPort)) }
            for (number, connection) in connections.enumerated() { try await connection.send(NumberedRequest.bytes(number, body: [1])) }
            for connection in connections { #expect(await connection.rest().status == 200) }
        }
    }

    @Test("Over the limit of connections: 503, and none waits without an answer")
    func tooMany() async throws {
        try await withHouse(.normal, ["--limits-connections", "10"]) { house async throws in
            var held: [RawConnection] = []
            for number in 0..<10 {
                // One request is answered on each, so that it is surely among those admitted; then it begins another.
                let connection = try await RawConnection.open(house.proxy.plainPort)
                try await connection.send(NumberedRequest.bytes(number, body: [1], close: false))
                #expect(await connection.receives("HTTP/1.1 200 OK"))
                try await connection.send("POST /x HTTP/1.1\r\nX-Number: \(number)\r\nContent-Length: 1\r\nConnection: close\r\n\r\n")
                held.append(connection)
            }
            for _ in 0..<20 {
                let late = try await RawConnection.open(house.proxy.plainPort)
                await late.sendAsMuchAsIsTaken(PostedReport.any.request)
                #expect(await late.receives("heliograph: too many connections at once"))
                let got = late.received.value
                await late.close()
                #expect(got.status == 503 && got.text.contains("\r\nRetry-After: 60\r\n"), "\(got.text)")
            }
            for connection in held {
                try await connection.send("a")
                #expect(await connection.rest().text.components(separatedBy: "HTTP/1.1 200 OK").count == 3)
            }
            #expect(house.cloud.requestCount == 20)
            let line = try #require(house.proxy.lines(containing: "too many connections").first)
            #expect(line.contains("hint=\"raise limits.connections"))
            // With room again, the next is served; it takes a moment until all have gone.
            var last = try await house.post(PostedReport.any.request)
            for _ in 0..<100 where !last.isSuccess { last = try await house.post(PostedReport.any.request) }
            #expect(last.isSuccess)
        }
    }

    @Test("Far over the limit each connection has an outcome: 503, or closed")
    func farTooMany() async throws {
        try await withHouse(.normal, ["--limits-connections", "10"]) { house async throws in
            let outcomes = try await withThrowingTaskGroup(of: RawConnection.Received.self) { tasks in
                for number in 0..<300 {
                    tasks.addTask {
                        let connection = try await RawConnection.open(house.proxy.plainPort)
                        await connection.sendAsMuchAsIsTaken(NumberedRequest.bytes(number, body: [1]))
                        return await connection.rest()
                    }
                }
                return try await tasks.reduce(into: [RawConnection.Received]()) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { $0.isClosed && ($0.status == 200 || $0.status == 503 || $0.bytes == []) })
            #expect(outcomes.contains { $0.status == 200 })
            let served = outcomes.filter { $0.status == 200 }.count
            #expect(house.cloud.requestCount >= served)
        }
    }
}

/// The tests hold both ends of a connection.
enum OpenFiles {
    /// Raises this process's limit, and says whether that was possible.
    static func allow(_ count: UInt) -> Bool {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return false }
        if limit.rlim_cur >= count { return true }
        limit.rlim_cur = min(limit.rlim_max, count)
        return setrlimit(resource, &limit) == 0 && limit.rlim_cur >= count
    }
}
