import Foundation
import NIOSSL
import Testing
import X509

@testable import Capture

@Suite struct MadeCertificateTests {
    @Test func `the first start makes a certificate for ten years with all names in it`() throws {
        let folder = try IdentityFolder()
        let identity = try folder.make()
        let certificate = try Certificate(pemEncoded: folder.read(folder.directory.certificatePath))

        #expect(identity.summary.subject == "CN=sunny")
        #expect(identity.summary.issuer == "CN=sunny")
        #expect(identity.summary.key == "RSA2048.PublicKey")
        #expect(
            identity.summary.subjectAlternativeNames == [
                "sunny", "localhost", "reports.enphaseenergy.com", "192.0.2.7", "2001:db8::7", "127.0.0.1", "::1",
            ])
        #expect(certificate.signatureAlgorithm == .sha256WithRSAEncryption)
        #expect(certificate.notValidBefore <= IdentityFolder.now)
        #expect(certificate.notValidAfter >= IdentityFolder.now.addingTimeInterval(3652 * 86_400))
        #expect(certificate.notValidAfter <= IdentityFolder.now.addingTimeInterval(3654 * 86_400))
        #expect(certificate.publicKey.isValidSignature(certificate.signature, for: certificate))
        #expect(identity.certificateChain.count == 1)
        #expect(identity.warnings == [])
    }

    @Test func `OpenSSL reads the certificate as we do, and trusts it for the Envoy's name`() throws {
        let folder = try IdentityFolder()
        let identity = try folder.make(now: Date())
        let path = folder.directory.certificatePath.string
        let text = try folder.openssl("x509", "-in", path, "-noout", "-text")
        #expect(text.contains("sha256WithRSAEncryption"))
        #expect(text.contains("Public-Key: (2048 bit)"))
        #expect(text.contains("DNS:sunny, DNS:localhost, DNS:reports.enphaseenergy.com, IP Address:192.0.2.7"))
        #expect(text.contains("Digital Signature, Key Encipherment"))
        let fingerprint = try folder.openssl("x509", "-in", path, "-noout", "-fingerprint", "-sha256")
        #expect(fingerprint.hasSuffix("=\(identity.summary.sha256Fingerprint)\n"))
        let verified = try folder.openssl(
            "verify", "-CAfile", path, "-purpose", "sslserver", "-verify_hostname", "reports.enphaseenergy.com", "-verify_ip", "192.0.2.7",
            path)
        #expect(verified == "\(path): OK\n")
        #expect(try folder.openssl("rsa", "-in", folder.directory.privateKeyPath.string, "-check", "-noout").contains("RSA key ok"))
    }

    @Test func `a TLS server takes the identity as it is`() throws {
        let identity = try IdentityFolder().make()
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: identity.certificateChain.map { .certificate($0) }, privateKey: .privateKey(identity.privateKey))
        #expect(throws: Never.self) { try NIOSSLContext(configuration: configuration) }
    }

    @Test func `the key is for its owner alone`() throws {
        let folder = try IdentityFolder()
        _ = try folder.make()
        #expect(try folder.mode(folder.directory.privateKeyPath) == 0o600)
        #expect(try folder.mode(folder.directory.path) == 0o700)
        #expect(try folder.files() == ["certificate.pem", "private-key.pem"])
    }

    @Test func `the serial number comes from the randomness given`() throws {
        let (first, again, other) = (try IdentityFolder(), try IdentityFolder(), try IdentityFolder())
        let serials = try [(first, 1), (again, 1), (other, 2)].map { folder, seed in
            _ = try folder.make(seed: UInt64(seed))
            return try Certificate(pemEncoded: folder.read(folder.directory.certificatePath)).serialNumber
        }
        #expect(serials[0] == serials[1])
        #expect(serials[0] != serials[2])
    }

    @Test(arguments: ["", "sonne ☀", String(repeating: "a", count: 65), "a\u{0}b"])
    func `a host name that can't stand in a certificate is left out`(_ hostName: String) {
        let names = CertificateNames(hostName: hostName, addresses: [])
        #expect(names.commonName == "heliograph")
        #expect(names.dnsNames == ["heliograph", "localhost", "reports.enphaseenergy.com"])
    }

    @Test func `no name stands in a certificate twice`() {
        let names = CertificateNames(hostName: "localhost", addresses: ["127.0.0.1", "::ffff:127.0.0.1"].compactMap { IPAddress($0) })
        #expect(names.dnsNames == ["localhost", "reports.enphaseenergy.com"])
        #expect(names.addresses.map(\.description) == ["127.0.0.1", "::1"])
    }

    @Test func `this machine has a name and a loopback address`() {
        let names = CertificateNames.ofThisMachine()
        #expect(!names.commonName.isEmpty)
        #expect(names.addresses.contains { $0.description == "127.0.0.1" })
    }
}
