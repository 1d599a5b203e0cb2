import Archive
import Foundation
import TestSupport
import Testing

@testable import Publishing

@Suite(.serialized) struct WebhookTests {
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
