import Foundation
import Simulator
import TestSupport
import Testing

@Suite("Many connections at once are served as far as the limit goes, and the others hear so", .timeLimit(.minutes(10)))
struct ManyConnectionsTests {
    /// On a busy machine it takes a while until all are open and all have spoken.
    private static let patient = [
        "--limits-handshake-time", "5m", "--limits-connect-time", "5m", "--limits-idle", "5m", "--limits-reply-time", "5m",
    ]

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
        try await withHouse(.normal, Self.patient) { house async throws in
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

    @Test(
        "Three hundred connections over TLS at once each get their answer",
        .enabled(if: OpenFiles.allow(4000), "too few files may be open at once"))
    func manyOverTLS() async throws {
        try await withHouse(.normal, Self.patient) { house async throws in
            let connections = try await withThrowingTaskGroup(of: RawConnection.self) { tasks in
                for _ in 0..<300 { tasks.addTask { try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS) } }
                return try await tasks.reduce(into: [RawConnection]()) { $0.append($1) }
            }
            for (number, connection) in connections.enumerated() {
                try await connection.send(NumberedRequest.bytes(number, body: Array(repeating: 1, count: 2000)))
            }
            var outcomes: [Int: Int] = [:]
            for connection in connections { outcomes[await connection.rest().status ?? 0, default: 0] += 1 }
            #expect(outcomes == [200: 300] && house.cloud.requestCount == 300)
            #expect(try await house.proxy.awaited(300, "response").count == 300)
        }
    }

    @Test("The system's low default for open files is no limit on connections")
    func openFiles() async throws {
        try await withHouse(.normal, Self.patient, wrapper: ["/bin/sh", "-c", "ulimit -Sn 128; exec \"$@\"", "sh"]) { house async throws in
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
