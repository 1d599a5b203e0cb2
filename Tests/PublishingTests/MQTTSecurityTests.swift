import Archive
import Foundation
import TestSupport
import Testing

@testable import Publishing

@Suite(.serialized, .enabled(if: Program.isInstalled("mosquitto") && Program.isInstalled("openssl"))) struct MQTTSecurityTests {
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
        let certificates = try await Certificates.make(for: ["broker", "client"])
        let path = certificates.path
        try await with(broker(certificates)) { server in
            let flow = try await Flow()
            try await flow.keep(Roof().reports(2), from: "first")
            var good = try #require(MQTTSettings(url: "mqtts://127.0.0.1:\(server.port)"))
            (good.user, good.password, good.authorities) = ("roof", "sun and moon", "\(path)/ca.pem")
            (good.certificate, good.privateKey) = ("\(path)/client.pem", "\(path)/client.key")
            #expect(try await PublishingTarget.mqtt(good).tryOut(flow.archive.reader) != nil)

            func reason(_ change: (inout MQTTSettings) -> Void) async -> String? {
                var settings = good
                change(&settings)
                let target = PublishingTarget.mqtt(settings)
                return await #expect(throws: PublishError.self) { try await target.tryOut(flow.archive.reader) }?.reason
            }
            #expect(await reason { $0.password = "rain" } == "the broker refuses: connection refused: not authorised")
            // In TLS 1.3 the broker's word comes when we have begun to speak, and is lost where its reset overtakes it.
            var nameless = ""
            for _ in 0..<5 where !nameless.hasPrefix("no TLS") {
                nameless = await reason { ($0.certificate, $0.privateKey) = (nil, nil) } ?? ""
            }
            #expect(nameless.hasPrefix("no TLS with it: ") && nameless.contains("certificate required"), "\(nameless)")
            let stranger = await reason { $0.authorities = nil } ?? ""
            #expect(stranger == "no TLS with it: certificate verify failed")
        }
    }
}
