import Foundation
import TestSupport
import Testing

@Suite struct CertificateCommandTests {
    private let place: TemporaryFolder
    private var folder: URL { place.url }

    init() throws { place = try TemporaryFolder() }

    private func heliograph(_ arguments: String) throws -> CommandTranscript { try CommandTranscript(arguments, in: folder) }

    private func fingerprint(_ transcript: CommandTranscript) -> Substring? {
        transcript.output.split(separator: "\n").first { $0.hasPrefix("sha-256 ") }
    }

    @Test func `showing a certificate that is not there says how to get one`() throws {
        let show = try heliograph("certificate show --data d")
        #expect(show.status == 1)
        #expect(
            show.errors == """
                error: can't read the certificate d/certificate/certificate.pem: no such file or directory
                hint: heliograph run makes one at its first start, heliograph certificate renew makes one now

                """)
    }

    @Test func `renewing makes a certificate that show shows, and keeps the former one`() throws {
        let first = try heliograph("certificate renew --data d")
        #expect(first.status == 0)
        #expect(try heliograph("certificate show --data d").output == first.output)
        #expect(first.output.contains("reports.enphaseenergy.com"))
        let second = try heliograph("certificate renew --data d")
        #expect(fingerprint(first) != nil && fingerprint(first) != fingerprint(second))
        #expect(FileManager.default.fileExists(atPath: folder.appending(path: "d/certificate/private-key.pem.old").path))
    }

    @Test func `the certificate as JSON can be read by machines`() throws {
        _ = try heliograph("certificate renew --data d")
        let show = try heliograph("certificate show --data d --json")
        let json = try #require(JSONSerialization.jsonObject(with: Data(show.output.utf8)) as? [String: Any])
        #expect(json["certificate"] as? String == "d/certificate/certificate.pem")
        #expect((json["names"] as? [String])?.contains("127.0.0.1") == true)
        #expect((json["sha256"] as? String)?.count == 95)
    }

    @Test func `the owner's own certificate is not renewed`() throws {
        let renew = try heliograph("certificate renew --data d --certificate c.pem --private-key k.pem")
        #expect(renew.status == 1)
        #expect(renew.errors.hasPrefix("error: the certificate c.pem is your own and is not replaced\nhint: put a new one in its place"))
        #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "d").path))
    }
}
