import NIOSSL
import TestSupport
import Testing

@testable import Simulator

@Suite("An Envoy and a cloud over real TLS", .timeLimit(.minutes(10)))
struct CloudTests {
    private static let authority = Result { try ThrowawayAuthority() }
    private static let identity = Result {
        try authority.get().issue(dnsNames: ["reports.example.test"], ipAddresses: ["127.0.0.1", "::1"])
    }

    /// Runs a cloud for one test and stops it afterwards.
    private func withCloud(
        _ behaviour: CloudBehaviour = .normal, plain: Bool = false, keeping: Int = 1000,
        _ body: (Cloud, EnvoyClient) async throws -> Void
    ) async throws {
        let cloud = try await Cloud.start(
            identity: plain ? nil : try Self.identity.get(), behaviour: behaviour, keeping: keeping)
        var client = try EnvoyClient(
            host: "127.0.0.1", port: cloud.port, transport: plain ? .plain : .tls(.v1_2))
        client.connectTimeout = .patience
        client.replyTimeout = .patience
        do {
            try await body(cloud, client)
        } catch {
            await cloud.stop()
            throw error
        }
        await cloud.stop()
    }

    private func model() -> EnvoyModel {
        var model = EnvoyModel(
            identity: EnvoyIdentity(place: .freiburg, webcomm: .v4_6_0, seed: 2),
            roof: Roof(place: .freiburg, panelCount: 4, seed: 2), startSeconds: 1_434_844_800)
        model.advance(to: 1_434_844_800 + 43200)
        return model
    }

    @Test(
        "A report arrives byte for byte, its event ids come back, and its rows are settled",
        arguments: EnvoyTransport.TLSVersionNumber.allCases)
    func exchange(version: EnvoyTransport.TLSVersionNumber) async throws {
        try await withCloud { cloud, _ in
            let client = try EnvoyClient(host: "127.0.0.1", port: cloud.port, transport: .tls(version))
            var model = model()
            let report = model.report(atSeconds: 5)
            let request = try report.request()
            let reply = try await client.send(request)
            #expect(cloud.requests == [ReceivedRequest(bytes: request, isComplete: true)])
            #expect(cloud.requests.first?.requestLine == "POST /emu_reports/performance_report?webcomm_version=4.6.0 HTTP/1.1")
            #expect(try cloud.requests.first?.body == report.body())

            let xml = String(decoding: try Deflate.inflate(reply.body), as: UTF8.self)
            #expect(CloudReply.eventIDs(in: xml).map(String.init) == report.events.map { String($0.id) })
            #expect(!report.events.isEmpty)
            let settled = model.settle(report, reply: reply)
            #expect(settled)
        }
    }

    @Test("It works without TLS too, and a second cloud shares nothing with the first")
    func plain() async throws {
        try await withCloud(plain: true) { cloud, client in
            try await withCloud(plain: true) { other, _ in
                let reply = try await client.send(try model().report(atSeconds: 5).request())
                #expect(reply.isSuccess)
                #expect(cloud.requestCount == 1 && other.requestCount == 0)
            }
        }
    }

    @Test("A body that is no report is answered with failure")
    func undecodable() async throws {
        try await withCloud { _, client in
            let reply = try await client.send(
                Array("POST /emu_reports/performance_report HTTP/1.1\r\nContent-Length: 4\r\nConnection: close\r\n\r\nabcd".utf8))
            #expect(reply.status == 200 && !reply.isSuccess)
        }
    }

    @Test("A report may come uncompressed, in its form or bare; what only holds one somewhere is none")
    func uncompressed() async throws {
        let xml = "<perf_report><event id=\"7\"/></perf_report>"
        let reports = [Array(xml.utf8), Form.encode(xml: xml, webcomm: .v3_0), Form.encode(xml: xml, webcomm: .v4_6_0)]
        try await withCloud { _, client in
            func reply(to body: [UInt8]) async throws -> EnvoyReply {
                let head = "POST /emu_reports/performance_report HTTP/1.1\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
                return try await client.send(head.utf8 + body)
            }
            for report in reports {
                let answered = try await reply(to: report)
                #expect(answered.processedEvents == [7])
            }
            let refused = try await reply(to: [0] + reports[0])
            #expect(!refused.isSuccess)
        }
    }

    @Test("A cloud that is down refuses connections, and comes back on the same port")
    func down() async throws {
        try await withCloud { cloud, client in
            let request = try model().report(atSeconds: 5).request()
            try await cloud.setBehaviour(.down)
            await #expect(throws: SimulatorError.connect("127.0.0.1:\(cloud.port)", cause: "Connection refused")) {
                try await client.send(request)
            }
            #expect(cloud.requestCount == 0)
            try await cloud.setBehaviour(.normal)
            #expect(try await client.send(request).isSuccess)
        }
    }

    @Test(
        "Connections that are dropped or refused in the handshake bring no request",
        arguments: [CloudBehaviour.dropping, .refusingHandshake])
    func refused(behaviour: CloudBehaviour) async throws {
        try await withCloud(behaviour) { cloud, client in
            await #expect(throws: SimulatorError.self) { try await client.send(try model().report(atSeconds: 5).request()) }
            #expect(cloud.requestCount == 0)
        }
    }

    @Test("A refused handshake looks like one to the client's TLS library")
    func handshakeAlert() async throws {
        try await withCloud(.refusingHandshake) { _, client in
            do {
                _ = try await client.send([1])
                Issue.record("a reply came")
            } catch {
                #expect("\(error)".lowercased().contains("handshake_failure"))
            }
        }
    }

    @Test("A slow cloud answers after its delay, not before")
    func slow() async throws {
        try await withCloud(.slow(.seconds(2))) { cloud, client in
            let request = try model().report(atSeconds: 5).request()
            let clock = ContinuousClock()
            async let reply = client.send(request)
            for await _ in cloud.arrivals() { break }
            let arrived = clock.now
            let isSuccess = try await reply.isSuccess
            #expect(isSuccess)
            // Half of it, since this task may have been woken late.
            #expect(clock.now - arrived >= .seconds(1))
        }
    }

    @Test("A cloud that hangs takes the request and leaves the client to its time limit")
    func hang() async throws {
        try await withCloud(.hang) { cloud, client in
            var client = client
            client.replyTimeout = .seconds(5)  // Long enough for the request to arrive on a busy machine.
            await #expect(throws: SimulatorError.timeout("reply", seconds: 5)) {
                try await client.send(try model().report(atSeconds: 5).request())
            }
            #expect(cloud.requests.map(\.isComplete) == [true])
        }
    }

    @Test("Half a reply is noticed as such")
    func closeMidReply() async throws {
        try await withCloud(.closeMidReply) { _, client in
            do {
                _ = try await client.send(try model().report(atSeconds: 5).request())
                Issue.record("a reply came")
            } catch {
                guard case SimulatorError.replyCutShort(let bytes) = error else { throw error }
                #expect(bytes > 100)
            }
        }
    }

    @Test("Any status can be sent, and settles nothing", arguments: [302, 404, 500, 503])
    func status(code: Int) async throws {
        try await withCloud(.status(code)) { _, client in
            let reply = try await client.send(try model().report(atSeconds: 5).request())
            #expect(reply.status == code && !reply.isSuccess && reply.body.isEmpty)
        }
    }

    @Test("A reply of given bytes comes as exactly these")
    func rawReply() async throws {
        let bytes = Array("HTTP/1.1 299 odd\r\nx-A:  b \r\n\r\n\u{0}\u{1}\u{2}".utf8)
        try await withCloud(.reply(bytes)) { _, client in
            let reply = try await client.send(try model().report(atSeconds: 5).request())
            #expect(reply.bytes == bytes && reply.status == 299)
        }
    }

    @Test("A body without end runs into the client's limit, and the cloud lives on")
    func endless() async throws {
        try await withCloud(.endless) { cloud, client in
            var client = client
            client.replyLimit = 1 << 20
            let request = try model().report(atSeconds: 5).request()
            await #expect(throws: SimulatorError.replyTooLarge(limit: 1 << 20)) { try await client.send(request) }
            try await cloud.setBehaviour(.normal)
            #expect(try await client.send(request).isSuccess)
        }
    }

    @Test("A body without end goes on for as long as somebody reads it")
    func endlessForFastReaders() async throws {
        try await withCloud(.endless) { _, client in
            var client = client
            client.replyLimit = 96 << 20
            let request = try model().report(atSeconds: 5).request()
            await #expect(throws: SimulatorError.replyTooLarge(limit: 96 << 20)) { try await client.send(request) }
        }
    }

    @Test("Junk is no reply")
    func junk() async throws {
        try await withCloud(.junk) { _, client in
            do {
                _ = try await client.send(try model().report(atSeconds: 5).request())
                Issue.record("a reply came")
            } catch {
                guard case SimulatorError.replyNotHTTP = error else { throw error }
            }
        }
    }

    @Test("A request that is cut off is kept, and marked")
    func cutOff() async throws {
        try await withCloud { cloud, client in
            var client = client
            client.replyTimeout = .seconds(5)  // Long enough for the half to arrive on a busy machine.
            let half = Array("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc".utf8)
            await #expect(throws: SimulatorError.self) { try await client.send(half) }
            for await request in cloud.arrivals() {
                #expect(request == ReceivedRequest(bytes: half, isComplete: false))
                break
            }
        }
    }

    @Test("Only the newest requests are kept, all are counted, and arrivals replays and ends")
    func bounded() async throws {
        try await withCloud(keeping: 2) { cloud, client in
            for number in 1...3 {
                _ = try await client.send(Array("GET /\(number) HTTP/1.1\r\nConnection: close\r\n\r\n".utf8))
            }
            #expect(cloud.requestCount == 3)
            #expect(cloud.requests.map(\.requestLine) == ["GET /2 HTTP/1.1", "GET /3 HTTP/1.1"])
            let arrivals = cloud.arrivals()
            await cloud.stop()
            var lines: [String] = []
            for await request in arrivals { lines.append(request.requestLine) }
            #expect(lines == ["GET /2 HTTP/1.1", "GET /3 HTTP/1.1"])
        }
    }

    @Test("A port that is taken is an error with the address in it")
    func portTaken() async throws {
        try await withCloud(plain: true) { cloud, _ in
            await #expect { _ = try await Cloud.start(port: cloud.port, identity: nil) } throws: { error in
                "\(error)".contains("can't listen on 127.0.0.1:\(cloud.port)")
            }
        }
    }

    @Test("A client that trusts the authority accepts its certificates by name, and no others")
    func trust() async throws {
        let authority = try Self.authority.get()
        let stranger = try ThrowawayAuthority()
        try await withCloud { cloud, _ in
            // Without the address among its names: NIOSSL would accept it for that, whatever name was expected.
            try await cloud.setIdentity(try authority.issue(dnsNames: ["reports.example.test"]))
            #expect(try await TrustingClient.handshakes(cloud.port, authority.certificatePEM, "reports.example.test"))
            #expect(try await TrustingClient.handshakes(cloud.port, authority.certificatePEM, "other.example.test") == false)
            #expect(try await TrustingClient.handshakes(cloud.port, stranger.certificatePEM, "reports.example.test") == false)
            try await cloud.setIdentity(try authority.issue(dnsNames: ["reports.example.test"], expired: true))
            #expect(try await TrustingClient.handshakes(cloud.port, authority.certificatePEM, "reports.example.test") == false)
        }
    }
}
