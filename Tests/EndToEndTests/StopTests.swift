import Foundation
import Simulator
import TestSupport
import Testing

@Suite("Told to stop, it finishes what is under way and ends with status 0", .timeLimit(.minutes(10)))
struct StopTests {
    @Test("Under load nothing is lost or left half", arguments: [SIGTERM, SIGINT])
    func underLoad(signal: Int32) async throws {
        let seed = SeededRandom.seed()
        try await withHouse(keeping: 100_000) { house async throws in
            let load = Load(seed: seed)
            async let posting: Void = load.run(against: house.proxy.port)
            #expect(try await eventually(within: .patience) { load.answered.count >= 30 })
            let status = await house.proxy.stop(signal)
            if status != 0 { print("the proxy's log:", house.proxy.program.errors.value.text) }
            #expect(status == 0)
            load.stop()
            try await posting

            let left = try Aftermath(of: house.proxy.spool, sent: load.sent)
            #expect(left.faults == [], "seed \(seed)")
            #expect(house.proxy.partialNames == [])
            #expect(Set(load.answered.keys).isSubset(of: left.requests.keys), "what was answered is kept")
            for request in house.cloud.requests {
                #expect(NumberedRequest.number(of: request.bytes).map { left.requests[$0] != nil } == true, "what the cloud got is kept")
            }
            let (names, processed) = (Set(house.proxy.finalNames), house.proxy.processedStems)
            for (number, stem) in left.requests {
                #expect(names.contains("\(stem).response"), "each request has its reply, or a note why not")
                if number % 8 > 2, processed.contains(stem) {
                    #expect(names.contains("\(stem).xml"), "each report that was read has its XML")
                }
            }
            #expect(load.answered.values.allSatisfy { $0.status == 200 })
            #expect(house.proxy.log.last?.contains(" stopped ") == true)
        }
    }

    @Test("An exchange that is under way gets its reply", arguments: [SIGTERM, SIGINT])
    func underWay(signal: Int32) async throws {
        try await withHouse(.slow(.milliseconds(800))) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(PostedReport.any.request)
            #expect(try await eventually { house.cloud.requestCount == 1 })
            #expect(await house.proxy.stop(signal) == 0)
            let got = await connection.rest()
            #expect(got.status == 200)
            #expect(try await house.proxy.awaited("response") == got.bytes)
            #expect(try await house.proxy.awaited("request") == PostedReport.any.request)
        }
    }

    @Test("A request that is still arriving is taken, answered, and then the connection ends")
    func stillArriving() async throws {
        try await withHouse { house async throws in
            let request = NumberedRequest.bytes(body: Array(repeating: 1, count: 1000), close: false)
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(request.prefix(500))
            // A second one, answered after the first bytes of the first have long arrived.
            #expect(try await house.post(PostedReport.any.request).status == 200)
            house.proxy.program.send(SIGTERM)
            try await connection.send(request.dropFirst(500))
            let got = await connection.rest()
            #expect(got.status == 200 && got.isClosed)
            #expect(await house.proxy.program.end() == 0)
        }
    }

    @Test("Connections that wait for nothing do not hold it up")
    func idle() async throws {
        try await withHouse { house async throws in
            let kept = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await kept.send(NumberedRequest.bytes(body: [1], close: false))
            #expect(await kept.receives("HTTP/1.1 200"))
            _ = try await house.proxy.awaited("response")
            let silent = try await RawConnection.open(house.proxy.port)
            let began = ContinuousClock.now
            #expect(await house.proxy.stop() == 0)
            #expect(ContinuousClock.now - began < .seconds(14))
            #expect(await kept.rest().isClosed)
            #expect(await silent.rest().isClosed)
        }
    }

    @Test("A cloud that never answers holds it up for a bounded time, and the file says what happened")
    func hanging() async throws {
        try await withHouse(.hang) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(PostedReport.any.request)
            #expect(try await eventually { house.cloud.requestCount == 1 })
            house.proxy.program.send(SIGTERM)
            #expect(await house.proxy.program.end(within: .seconds(60)) == 0)
            #expect(try await house.proxy.awaited("request") == PostedReport.any.request)
            #expect(
                String(decoding: try await house.proxy.awaited("response"), as: UTF8.self)
                    == "no reply: heliograph was stopped before the reply came\n")
            #expect(await connection.rest().isClosed)
        }
    }
}
