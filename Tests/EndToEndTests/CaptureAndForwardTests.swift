import Foundation
import Simulator
import TestSupport
import Testing

@Suite("A report goes in, three files come out, the cloud gets its bytes, the Envoy its reply", .timeLimit(.minutes(10)))
struct CaptureAndForwardTests {
    static let posts: [(OutsideClient, PostedReport)] = OutsideClient.installed.flatMap { client in PostedReport.all.map { (client, $0) } }

    @Test("Every byte is the same at all ends, whoever posts", arguments: posts)
    func everyByte(client: OutsideClient, report: PostedReport) async throws {
        try await withHouse(report.reply.map { .reply($0) } ?? .normal) { house async throws in
            let exchange = try await client.post(report, to: house.proxy.port, house.folder)
            let kept = try await house.proxy.awaited("request")
            let reply = try await house.proxy.awaited("response")
            let received = try #require(house.cloud.requests.first)

            #expect(kept == exchange.sent, "the .request file is what the client sent")
            #expect(received.bytes == exchange.sent && received.isComplete, "the cloud received what the client sent")
            #expect(received.body == report.body)
            #expect(exchange.reply == reply, "the client got what the .response file says; \(exchange.said)")
            #expect(reply.starts(with: Array("HTTP/1.1 200 OK\r\n".utf8)))
            if let sent = report.reply { #expect(reply == sent, "and that is what the cloud sent") }
            #expect(try await house.proxy.awaited("xml") == report.xml)
            #expect(house.cloud.requestCount == 1)
            #expect(house.proxy.finalNames.count == 3)
            #expect(await house.proxy.logs(" forwarded "))
        }
    }

    @Test("The stem is the local time of arrival and a random part, the same for all three files")
    func stem() async throws {
        try await withHouse { house async throws in
            _ = try await house.post(PostedReport.any.request)
            _ = try await house.proxy.awaited("xml")
            _ = try await house.proxy.awaited("response")
            let stem = try #require(house.proxy.stems.first)
            #expect(house.proxy.finalNames == ["\(stem).request", "\(stem).response", "\(stem).xml"])
            let form = DateFormatter()
            form.dateFormat = "yyyy-MM-dd'T'HH:mm:ss"
            form.locale = Locale(identifier: "en_US_POSIX")
            let arrival = try #require(form.date(from: String(stem.prefix(19))))
            #expect(abs(arrival.timeIntervalSinceNow) < 60)
            #expect(stem.dropFirst(19).first == "-" && stem.dropFirst(20).count == 6)
        }
    }

    @Test(
        "What arrives on other paths is captured and forwarded just the same, without XML",
        arguments: ["/emu_reports/task_complete?x=1", "/", "/a%7e[1]?x=%zz"])
    func otherPaths(path: String) async throws {
        try await withHouse { house async throws in
            let sent = Array("PUT \(path) HTTP/1.1\r\nhOsT:a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc".utf8)
            let reply = try await house.post(sent)
            #expect(reply.status == 200)
            #expect(house.cloud.requests.map(\.bytes) == [sent])
            #expect(try await house.proxy.awaited("request") == sent)
            #expect(try await house.proxy.awaited("response") == reply.bytes)
            // The next report's XML comes after this request was looked at, since they are looked at in order.
            _ = try await house.post(PostedReport.any.request)
            #expect(try await eventually { house.proxy.finalNames.contains { $0.hasSuffix(".xml") } })
            #expect(house.proxy.finalNames.filter { $0.hasSuffix(".xml") }.count == 1)
        }
    }

    @Test("A report that can't be decoded is captured and forwarded all the same")
    func undecodable() async throws {
        try await withHouse { house async throws in
            let sent = NumberedRequest.bytes(body: Array("no zlib".utf8), path: "/emu_reports/performance_report")
            _ = try await house.post(sent)
            #expect(house.cloud.requests.map(\.bytes) == [sent])
            #expect(try await house.proxy.awaited("request") == sent)
            #expect(await house.proxy.logs("captured, but not understood"))
        }
    }

    @Test(
        "The captures of real Envoys were among what was posted",
        .enabled(if: PostedReport.real.count == 2, "no captures at ../shared/captures or HELIOGRAPH_CAPTURES"))
    func realCaptures() { #expect(PostedReport.all.count == 4) }

    @Test("Each outside client was among those who posted", arguments: OutsideClient.allCases)
    func outsideClients(client: OutsideClient) throws {
        if let missing = OutsideClient.missing[client] { try Test.cancel("not installed: \(missing)") }
    }
}
