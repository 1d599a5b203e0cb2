import Simulator
import TestSupport
import Testing

@Suite("A cloud that says 100 Continue before its reply", .timeLimit(.minutes(10)))
struct InterimReplyTests {
    @Test("shield: it has taken the report, which waits no longer to be delivered")
    func taken() async throws {
        let report = PostedReport.any
        let request = NumberedRequest.bytes(
            body: report.body, path: report.target, headers: ["Content-Type: application/x-deflate", "Expect: 100-continue"])
        try await withHouse(.normal, ["--cloud", "shield"]) { house async throws in
            #expect(try await house.post(request).isSuccess)
            let reply = String(decoding: try await house.proxy.awaited("response"), as: UTF8.self)
            #expect(reply.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 "), "\(reply.prefix(200))")
            #expect(house.cloud.requests.map(\.bytes) == [request])
            #expect(house.undelivered == [])
        }
    }
}
