import Archive
import Foundation
import TestSupport
import Testing

@testable import Publishing

@Suite(.serialized) struct WebhookTests {
    @Test func `a server that asks for patience is left alone for as long as it says`() async throws {
        let subject = try WebhookSubject()
        try await subject.start()
        let flow = try await Flow()
        try subject.set("later 2")
        try await flow.keep(Roof().reports(3), from: "first")
        func times() throws -> [Double] {
            try String(contentsOf: subject.side.folder.file("times"), encoding: .utf8).split(separator: "\n").compactMap { Double($0) }
        }
        try await flow.publishing(to: subject.target) { service in
            try await expectEventually {
                service.reports[0].isFailing
            } until: {
                $0
            }
            try subject.set("ok")
            try await expectEventually {
                try await subject.fault(against: flow)
            } until: {
                $0 == nil
            }
        }
        let asked = try times()
        #expect(asked.count >= 2 && asked[1] - asked[0] >= 2, "\(asked)")
        await subject.stop()
    }

    @Test(.enabled(if: Program.isInstalled("openssl")))
    func `a server whose certificate is from an authority of one's own is trusted by that alone`() async throws {
        let certificates = try await Certificates.make(for: ["server"])
        let side = try Server.python("http_side.py")
        for name in ["server.pem", "server.key"] {
            try FileManager.default.copyItem(at: certificates.file(name), to: side.folder.file(name))
        }
        let flow = try await Flow()
        try await flow.keep(Roof().reports(1), from: "first")
        try await with(side) { side async throws in
            func tryOut(_ authorities: String?) async throws -> PublishingTrial? {
                let settings = WebhookSettings(url: "https://127.0.0.1:\(side.port)/hook", authorities: authorities)
                return try await PublishingTarget.webhook(settings).tryOut(flow.archive.reader)
            }
            #expect(try await tryOut(certificates.path + "/ca.pem") != nil)
            #expect(try WebhookSubject.posts(at: side).count == 1)
            let failure = await #expect(throws: PublishError.self) { try await tryOut(nil) }
            #expect(failure?.reason.hasPrefix("no TLS with it: ") == true, "\(failure?.reason ?? "")")
            #expect(try WebhookSubject.posts(at: side).count == 1)
        }
    }

    @Test func `each post is signed, so that a receiver can tell it from any other`() async throws {
        let subject = try WebhookSubject()
        try await subject.start()
        let flow = try await Flow()
        try await flow.keep(Roof().reports(3), from: "first")
        try await flow.publishing(to: subject.target) { _ in
            try await expectEventually {
                try await subject.fault(against: flow)
            } until: {
                $0 == nil
            }
        }
        await subject.stop()
        for post in try subject.posts() {
            let timestamp = try #require(post.headers["Heliograph-Timestamp"])
            let folder = try TemporaryFolder()
            let file = try folder.write("\(timestamp).\(post.body)".utf8, to: "signed")
            let finished = try await Program.run("openssl", ["dgst", "-sha256", "-hmac", WebhookSubject.secret, "-r", file.path])
            let digest = finished.text.split(separator: " ").first.map(String.init) ?? ""
            #expect(post.headers["Heliograph-Signature"] == "sha256=\(digest)")
        }
    }
}
