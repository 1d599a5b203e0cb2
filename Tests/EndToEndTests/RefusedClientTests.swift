import Foundation
import NIOSSL
import Simulator
import TestSupport
import Testing

@Suite("A client that can't be served gets one plain log line, with its address and what to try", .timeLimit(.minutes(10)))
struct RefusedClientTests {
    private static func expectLine(_ house: House, _ reason: String, hint: String) async throws {
        #expect(await house.proxy.logs("connection refused"), "\(house.proxy.log)")
        let line = try #require(house.proxy.lines(containing: "connection refused").first)
        #expect(line.contains("address=127.0.0.1 ") && line.contains(reason) && line.contains("hint=\"\(hint)"), "\(line)")
    }

    private static func openSSL(_ house: House, _ options: [String]) async throws -> Program.Finished {
        let input = try house.folder.write(PostedReport.any.request, to: "request")
        return try await Program.run(
            "openssl", ["s_client", "-connect", "127.0.0.1:\(house.proxy.port)", "-quiet"] + options, input: input)
    }

    @Test(
        "One that refuses the certificate", .enabled(if: Program.isInstalled("openssl"), "openssl is not installed"),
        arguments: ["-tls1_2", "-tls1_3"])
    func certificateRefused(version: String) async throws {
        try await withHouse { house async throws in
            let result = try await Self.openSSL(house, ["-verify_return_error", version])
            #expect(result.status != 0)
            try await Self.expectLine(house, "refuses our certificate", hint: "this firmware checks the cloud's certificate")
            #expect(house.cloud.requestCount == 0 && house.proxy.finalNames == [])
        }
    }

    @Test(
        "curl, which says in the same handshake that it does not trust us",
        .enabled(if: Program.isInstalled("curl"), "curl is not installed"), arguments: ["1.2", "1.3"])
    func curlRefuses(version: String) async throws {
        try await withHouse { house async throws in
            let result = try await Program.run("curl", ["-sS", "--tls-max", version, "https://127.0.0.1:\(house.proxy.port)/"])
            #expect(result.status == 60)
            try await Self.expectLine(house, "refuses our certificate", hint: "this firmware checks the cloud's certificate")
        }
    }

    @Test("One that shares no cipher", .enabled(if: Program.isInstalled("openssl"), "openssl is not installed"))
    func noSharedCipher() async throws {
        try await withHouse { house async throws in
            _ = try await Self.openSSL(house, ["-tls1_2", "-cipher", "DHE-RSA-AES128-SHA:@SECLEVEL=0"])
            try await Self.expectLine(house, "offers no cipher that we have", hint: "the device offers only ciphers that are broken")
        }
    }

    @Test("One that speaks SSL 3.0")
    func sslv3() async throws {
        try await withHouse { house async throws in
            let hello: [UInt8] = [3, 0] + Array(repeating: 9, count: 32) + [0, 0, 4, 0, 0x2f, 0, 0x0a, 1, 0]
            let handshake: [UInt8] = [1, 0, 0, UInt8(hello.count)] + hello
            let connection = try await RawConnection.open(house.proxy.port)
            try await connection.send([22, 3, 0, 0, UInt8(handshake.count)] + handshake)
            let got = await connection.rest()
            #expect(got.isClosed && got.bytes.first == 21, "it is told with an alert")
            try await Self.expectLine(house, "speaks SSL 3.0 or older", hint: "SSL 3.0 can't be served")
        }
    }

    @Test("One that speaks SSL 2.0 and nothing newer")
    func sslv2() async throws {
        try await withHouse { house async throws in
            let hello: [UInt8] = [1, 0, 2, 0, 6, 0, 0, 0, 16, 1, 0, 0x80, 7, 0, 0xc0] + Array(repeating: 5, count: 16)
            let connection = try await RawConnection.open(house.proxy.port)
            try await connection.send([0x80, UInt8(hello.count)] + hello)
            #expect(await connection.rest().isClosed)
            try await Self.expectLine(house, "speaks no TLS", hint: "plain HTTP belongs on the port that listen-plain names")
        }
    }

    @Test(
        "One that speaks plain HTTP, or something else, on the TLS port",
        arguments: ["POST / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "\0\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}"])
    func noTLS(text: String) async throws {
        try await withHouse { house async throws in
            let connection = try await RawConnection.open(house.proxy.port)
            try await connection.send(text)
            #expect(await connection.rest().isClosed)
            try await Self.expectLine(house, "speaks no TLS", hint: "plain HTTP belongs on the port that listen-plain names")
        }
    }

    @Test("One that connects and says nothing is let go when its time is up")
    func silent() async throws {
        try await withHouse(.normal, ["--limits-handshake-time", "200ms"]) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port)
            #expect(await connection.rest().isClosed)
            try await Self.expectLine(house, "said nothing", hint: "if it is your Envoy, check its network")
        }
    }

    @Test("One that connects and hangs up at once is nobody's concern")
    func portScan() async throws {
        try await withHouse { house async throws in
            for _ in 0..<3 { await (try RawConnection.open(house.proxy.port)).close() }
            #expect(try await house.post(PostedReport.any.request).isSuccess)
            #expect(!house.proxy.log.contains { $0.contains(" error ") || $0.contains(" critical ") })
        }
    }

    @Test("What happens again and again is said once")
    func repeated() async throws {
        try await withHouse(.normal, ["--log-level", "debug"]) { house async throws in
            for _ in 0..<20 {
                let connection = try await RawConnection.open(house.proxy.port)
                try await connection.send("GET / HTTP/1.0\r\n\r\n")
                #expect(await connection.rest().isClosed)
            }
            #expect(await house.proxy.program.errors.wait { $0.lines.filter { $0.contains("connection refused") }.count == 20 })
            #expect(house.proxy.lines(containing: "connection refused").filter { $0.contains(" warning ") }.count == 1)
            #expect(house.proxy.lines(containing: "connection refused").filter { $0.contains(" debug ") }.count == 19)
            #expect(await house.proxy.stop() == 0)
            #expect(house.proxy.lines(containing: " stopped ").first?.contains("refused=20") == true, "each is counted")
            let sum = try #require(house.proxy.lines(containing: "connection refused").last { $0.contains(" warning ") })
            #expect(
                sum.contains("also=\"19 times in the hour before\"") && sum.contains("address=127.0.0.1 "),
                "the others are summed up at the end")
        }
    }

    @Test("A stranger is dropped before the handshake, and named")
    func stranger() async throws {
        try await withHouse(.normal, ["--envoy", "127.0.0.2", "--envoy", "127.0.0.3"]) { house async throws in
            let stranger = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            let got = await stranger.rest()
            #expect(got.isClosed && got.bytes == [])
            #expect(await house.proxy.logs("connection from an address that may not connect"))
            let line = try #require(house.proxy.lines(containing: "may not connect").first)
            #expect(line.contains("address=127.0.0.1 ") && line.contains("--envoy"))

            let envoy = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS, from: "127.0.0.3")
            try await envoy.send(PostedReport.any.request)
            #expect(await envoy.rest().status == 200)
            let plain = try await RawConnection.open(house.proxy.plainPort)
            #expect(await plain.rest().isClosed, "on the plain port, too")
        }
    }
}
