import Foundation
import Simulator
import TestSupport
import Testing

@Suite("Whatever the cloud does, the request is on disk and the Envoy hears what happened", .timeLimit(.minutes(10)))
struct CloudTroubleTests {
    private static let sent = PostedReport.any.request

    private static func post(_ house: House, _ bytes: [UInt8] = sent) async throws -> EnvoyReply {
        try await house.post(bytes)
    }

    /// The request is kept, and the reply's file says in words why there is no reply.
    private static func expectNoReply(_ house: House, _ reply: EnvoyReply, _ status: Int, _ reason: String) async throws {
        #expect(reply.status == status)
        #expect(try await house.proxy.awaited("request") == sent)
        #expect(String(decoding: try await house.proxy.awaited("response"), as: UTF8.self) == "no reply: \(reason)\n")
        #expect(try await house.proxy.awaited("xml") == PostedReport.any.xml)
        #expect(String(decoding: reply.body, as: UTF8.self).contains(reason))
        #expect(await house.proxy.logs("the cloud did not answer"))
        #expect(await house.proxy.stop() == 0)
        #expect(house.proxy.lines(containing: "the cloud did not answer").count == 1)
        #expect(house.proxy.lines(containing: " stopped ").first?.contains("cloud_failures=1") == true, "it is counted")
    }

    @Test("A cloud that is down: 502")
    func down() async throws {
        try await withHouse(.down) { house async throws in
            let reply = try await Self.post(house)
            #expect(reply.status == 502)
            let note = String(decoding: try await house.proxy.awaited("response"), as: UTF8.self)
            #expect(note.hasPrefix("no reply: it can't be reached: ") && note.contains("refused"))
            #expect(try await house.proxy.awaited("request") == Self.sent)
            #expect(await house.proxy.logs("the cloud did not answer"))
        }
    }

    @Test("A cloud whose name is not known: 502")
    func unresolvable() async throws {
        try await withHouse(.normal, ["--upstream", "https://reports.example.invalid"]) { house async throws in
            let reply = try await Self.post(house)
            #expect(reply.status == 502 && house.cloud.requestCount == 0)
            #expect(
                String(decoding: try await house.proxy.awaited("response"), as: UTF8.self).hasPrefix(
                    "no reply: its name can't be resolved: "))
        }
    }

    @Test("A cloud that comes up again gets the next report")
    func upAgain() async throws {
        try await withHouse(.down) { house async throws in
            #expect(try await Self.post(house).status == 502)
            try await house.cloud.setBehaviour(.normal)
            #expect(try await Self.post(house).isSuccess)
            #expect(house.cloud.requests.map(\.bytes) == [Self.sent])
        }
    }

    @Test("A cloud that hangs up before or in the handshake: 502", arguments: [CloudBehaviour.dropping, .refusingHandshake])
    func handshake(behaviour: CloudBehaviour) async throws {
        try await withHouse(behaviour) { house async throws in
            #expect(try await Self.post(house).status == 502)
            #expect(
                String(decoding: try await house.proxy.awaited("response"), as: UTF8.self).hasPrefix("no reply: the TLS handshake failed: ")
            )
            #expect(try await house.proxy.awaited("request") == Self.sent)
        }
    }

    @Test("A cloud slower than the limit, and one that never answers: 504", arguments: [CloudBehaviour.slow(.seconds(60)), .hang])
    func tooSlow(behaviour: CloudBehaviour) async throws {
        try await withHouse(behaviour, ["--limits-reply-time", "3s"]) { house async throws in
            let reply = try await Self.post(house)
            #expect(house.cloud.requests.map(\.bytes) == [Self.sent])
            try await Self.expectNoReply(house, reply, 504, "its reply did not come in time")
        }
    }

    @Test("A cloud within the limit may take its time")
    func slow() async throws {
        try await withHouse(.slow(.milliseconds(700)), ["--limits-reply-time", "10s"]) { house async throws in
            #expect(try await Self.post(house).isSuccess)
        }
    }

    @Test("A cloud that closes in the middle of its reply: the part passes on, and a file beside it says so")
    func closesMidReply() async throws {
        try await withHouse(.closeMidReply) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(Self.sent)
            let got = await connection.rest()
            #expect(got.isClosed && got.bytes.count > 50)
            #expect(try await house.proxy.awaited("response") == got.bytes)
            #expect(
                String(decoding: try await house.proxy.awaited("incomplete"), as: UTF8.self)
                    == "incomplete reply: it closed in the middle of its reply\n")
            #expect(try await house.proxy.awaited("request") == Self.sent)
        }
    }

    @Test("An impostor gets nothing", arguments: Impostor.allCases)
    func impostor(kind: Impostor) async throws {
        try await withHouse(identity: try kind.identity()) { house async throws in
            let reply = try await Self.post(house)
            #expect(house.cloud.requestCount == 0)
            try await Self.expectNoReply(house, reply, 502, "its certificate is not to be trusted: \(kind.reason)")
        }
    }

    enum Impostor: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case unknownAuthority = "right name, unknown authority"
        case otherName = "known authority, another name"
        case otherNameRightAddress = "known authority, another name, but the address that is connected to"
        case nameWithSuffix = "known authority, a name that ends as ours does"
        case expired = "right name, known authority, expired"

        var testDescription: String { rawValue }

        func identity() throws -> CloudIdentity {
            let authority = try House.authority.get()
            return switch self {
            case .unknownAuthority: try ThrowawayAuthority().issue(dnsNames: ["localhost"])
            case .otherName: try authority.issue(dnsNames: ["home.example.test"])
            case .otherNameRightAddress: try authority.issue(dnsNames: ["home.example.test"], ipAddresses: ["127.0.0.1", "::1"])
            case .nameWithSuffix: try authority.issue(dnsNames: ["a.localhost", "*.localhost", "notlocalhost"])
            case .expired: try authority.issue(dnsNames: ["localhost"], expired: true)
            }
        }

        var reason: String {
            switch self {
            case .unknownAuthority, .expired: "no authority that we know has signed it, or it has expired"
            case .otherName, .nameWithSuffix: "it is for another name"
            case .otherNameRightAddress: "it is not for the name localhost"
            }
        }
    }

    @Test("Without --upstream-ca the system's authorities are asked, and they do not know this cloud")
    func systemAuthorities() async throws {
        try await seated {
            let folder = try TemporaryFolder()
            let cloud = try await Cloud.start(identity: try House.identity.get())
            let proxy = try await Proxy.start(folder.file("data"), ["--upstream", "https://localhost:\(cloud.port)"])
            let reply = try await EnvoyClient(host: "127.0.0.1", port: proxy.port).send(Self.sent)
            #expect(reply.status == 502 && cloud.requestCount == 0)
            #expect(await proxy.stop() == 0)
            await cloud.stop()
        }
    }

    @Test("What is no HTTP passes as it came, and is kept")
    func junk() async throws {
        try await withHouse(.junk) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(Self.sent)
            let got = await connection.rest()
            #expect(got.isClosed && got.bytes == (0..<512).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 1) })
            #expect(try await house.proxy.awaited("response") == got.bytes)
            // Not even a head came to its end.
            #expect(
                String(decoding: try await house.proxy.awaited("incomplete"), as: UTF8.self)
                    == "incomplete reply: it closed in the middle of its reply\n")
        }
    }

    @Test("A reply without end is cut at the limit, and costs little memory")
    func endless() async throws {
        try await withHouse(.normal, ["--limits-reply", "64MiB"]) { house async throws in
            let before = try await house.proxy.warmMemory { _ = try await Self.post(house) }
            try await house.cloud.setBehaviour(.endless)
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(Self.sent)
            let got = await connection.rest()
            #expect(got.isClosed && got.bytes.count >= 64 << 20 && got.bytes.count < 65 << 20)
            #expect(try await house.proxy.awaited(2, "response").contains { $0.count == got.bytes.count })
            #expect(
                String(decoding: try await house.proxy.awaited("incomplete"), as: UTF8.self)
                    == "incomplete reply: its reply is over the limit of \(64 << 20) bytes\n")
            let growth = try house.proxy.memory.peak - before
            #expect(growth < 40 << 20, "\(growth >> 20) MB")
        }
    }

    @Test("Any status passes as it is, and no redirection is followed", arguments: [204, 302, 304, 401, 404, 500, 503])
    func status(code: Int) async throws {
        // A 304 with a length has no body all the same (RFC 9112 §6.3).
        let text = "HTTP/1.1 \(code) Odd  reason\r\nLocation: https://127.0.0.1:1/\r\nx-OddCase:1\r\nContent-Length: 0\r\n\r\n"
        try await withHouse(.reply(Array(text.utf8))) { house async throws in
            let reply = try await Self.post(house)
            #expect(String(decoding: reply.bytes, as: UTF8.self) == text)
            #expect(try await house.proxy.awaited("response") == Array(text.utf8))
            #expect(house.cloud.requestCount == 1)
        }
    }

    @Test(
        "A reply of any framing passes byte for byte",
        arguments: [
            "HTTP/1.0 200 OK\r\n\r\nuntil the end",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;ext=\"x\"\r\nhello\r\n0\r\nTrailer: 1\r\n\r\n",
            "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
            "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nX: folded\r\n line\r\nContent-Length: 5\r\n\r\nhello",
        ])
    func framing(text: String) async throws {
        try await withHouse(.reply(Array(text.utf8))) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(Self.sent)
            let got = await connection.rest()
            #expect(got.isClosed && got.text == text)
            #expect(String(decoding: try await house.proxy.awaited("response"), as: UTF8.self) == text)
            #expect(!house.proxy.finalNames.contains { $0.hasSuffix(".incomplete") })
        }
    }

    @Test("With the cloud off nothing leaves the machine: 503, and the capture is made")
    func off() async throws {
        try await withHouse(.normal, ["--cloud", "off"]) { house async throws in
            let reply = try await Self.post(house)
            #expect(reply.status == 503)
            #expect(String(decoding: reply.head, as: UTF8.self).contains("\r\nRetry-After: "))
            #expect(try await house.proxy.awaited("request") == Self.sent)
            #expect(try await house.proxy.awaited("xml") == PostedReport.any.xml)
            #expect(String(decoding: try await house.proxy.awaited("response"), as: UTF8.self) == "no reply: forwarding is switched off\n")
            #expect(house.cloud.requestCount == 0)
        }
    }

    @Test("An Envoy that hangs up before the reply: the reply is captured whole")
    func envoyHangsUp() async throws {
        try await withHouse(.slow(.milliseconds(600))) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(Self.sent)
            #expect(try await eventually { house.cloud.requestCount == 1 })
            await connection.close()
            let reply = try await house.proxy.awaited("response")
            #expect(Aftermath.isWholeReply(reply) && reply.starts(with: Array("HTTP/1.1 200 OK".utf8)))
            #expect(await house.proxy.logs("envoy_hung_up=true"))
        }
    }

    @Test("An Envoy that hangs up in the middle of a long reply: the reply is captured whole")
    func envoyHangsUpMidReply() async throws {
        var random = SeededRandom(1)
        let body = random.bytes(20 << 20)
        let whole = Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
        try await withHouse(.reply(whole)) { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(Self.sent)
            #expect(await connection.receives("Content-Length"))
            await connection.close()
            #expect(try await house.proxy.awaited("response") == whole)
        }
    }
}
