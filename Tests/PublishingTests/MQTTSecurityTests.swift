import Archive
import Foundation
import TestSupport
import Testing

@testable import Publishing

@Suite(.serialized, .enabled(if: Program.isInstalled("mosquitto") && Program.isInstalled("openssl"))) struct MQTTSecurityTests {
    /// An authority, and certificates for a broker and a client.
    private func certificates() async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let path = folder.path
        func openssl(_ arguments: String...) async throws {
            let finished = try await Program.run("openssl", arguments)
            #expect(finished.status == 0, "\(finished.errors)")
        }
        try await openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=authority", "-keyout", "\(path)/ca.key", "-out",
            "\(path)/ca.pem")
        for name in ["broker", "client"] {
            try await openssl(
                "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=\(name)", "-keyout", "\(path)/\(name).key", "-out",
                "\(path)/\(name).csr")
            try folder.write("subjectAltName=IP:127.0.0.1".utf8, to: "names")
            try await openssl(
                "x509", "-req", "-in", "\(path)/\(name).csr", "-CA", "\(path)/ca.pem", "-CAkey", "\(path)/ca.key", "-CAcreateserial",
                "-days", "2",
                "-extfile", "\(path)/names", "-out", "\(path)/\(name).pem")
        }
        return folder
    }

    private func broker(_ certificates: TemporaryFolder) throws -> Server {
        try Server.mosquitto { folder in
            let passwords = "roof:sun and moon\n"
            try folder.write(passwords.utf8, to: "passwords")
            let hashing = Process()
            hashing.executableURL = URL(filePath: "/usr/bin/mosquitto_passwd")
            hashing.arguments = ["-U", folder.path + "/passwords"]
            try hashing.run()
            hashing.waitUntilExit()
            let path = certificates.path
            return [
                "cafile \(path)/ca.pem", "certfile \(path)/broker.pem", "keyfile \(path)/broker.key", "require_certificate true",
                "allow_anonymous false", "password_file \(folder.path)/passwords",
            ]
        }
    }

    @Test func `TLS with a certificate of ours and a password reaches the broker, and without one of them it says why`() async throws {
        let certificates = try await certificates()
        let path = certificates.path
        try await with(broker(certificates)) { server in
            let flow = try await Flow()
            try await flow.keep(Roof().reports(2), from: "first")
            var good = try #require(MQTTSettings(url: "mqtts://127.0.0.1:\(server.port)"))
            (good.user, good.password, good.authorities) = ("roof", "sun and moon", "\(path)/ca.pem")
            (good.certificate, good.privateKey) = ("\(path)/client.pem", "\(path)/client.key")
            #expect(try await PublishingTarget.mqtt(good).tryOut(flow.archive.reader) != nil)

            var wrongPassword = good
            wrongPassword.password = "rain"
            await #expect(throws: PublishError.self) { try await PublishingTarget.mqtt(wrongPassword).tryOut(flow.archive.reader) }
            var noCertificate = good
            (noCertificate.certificate, noCertificate.privateKey) = (nil, nil)
            await #expect(throws: PublishError.self) { try await PublishingTarget.mqtt(noCertificate).tryOut(flow.archive.reader) }
            var stranger = good
            stranger.authorities = nil
            await #expect(throws: PublishError.self) { try await PublishingTarget.mqtt(stranger).tryOut(flow.archive.reader) }
        }
    }
}
