import Simulator
import TestSupport
import Testing

@Suite("An Envoy that reads slower than the cloud sends", .timeLimit(.minutes(10)))
struct SlowReaderTests {
    /// Somewhat more than the kernel holds for a reluctant connection, 64 KB or so; and no more than the proxy takes over at once, so that the
    /// conversation comes to its end while the proxy still has bytes to send.
    private static let reply: [UInt8] = {
        let body = (0..<100 << 10).map { UInt8(truncatingIfNeeded: $0 / 251) }
        return Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n".utf8) + body
    }()

    @Test("On the plain port it gets the end of a long reply, too, that it takes only when all else is over")
    func slow() async throws {
        try await withHouse(.reply(Self.reply)) { house async throws in
            let envoy = try await RawConnection.open(house.proxy.plainPort, isReluctant: true)
            try await envoy.send(PostedReport.any.request)
            // Nothing more is to be said then.
            #expect(try await house.proxy.awaited("response") == Self.reply)
            let got = await envoy.rest()
            #expect(got.isClosed && got.bytes == Self.reply, "\(got.bytes.count) of \(Self.reply.count) bytes")
        }
    }

    @Test("One that takes nothing of it at all is let go")
    func never() async throws {
        try await withHouse(.reply(Self.reply), ["--limits-idle", "2s"]) { house async throws in
            let envoy = try await RawConnection.open(house.proxy.plainPort, isReluctant: true)
            try await envoy.send(PostedReport.any.request)
            #expect(try await house.proxy.awaited("response") == Self.reply)
            // It stops when the last connection is closed.
            #expect(await house.proxy.stop() == 0)
            #expect(await envoy.rest().isClosed)
        }
    }
}
