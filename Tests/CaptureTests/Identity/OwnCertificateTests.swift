import Foundation
import SystemPackage
import Testing

@testable import Capture

@Suite struct OwnCertificateTests {
    private let folder: IdentityFolder

    init() throws { folder = try IdentityFolder() }

    private func path(_ name: String) -> FilePath { folder.root.appending(name) }

    private func load(_ certificate: String = "c.pem", _ key: String = "k.pem", now: Date = Date()) throws -> ServerIdentity {
        try ServerIdentity(certificate: path(certificate), privateKey: path(key), now: now)
    }

    /// Has OpenSSL make a pair with the given kind of key.
    private func makePair(_ kind: String...) throws {
        try folder.openssl("genpkey", "-out", "k.pem", "-algorithm", kind[0], "-pkeyopt", kind[1])
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path("k.pem").string)
        try folder.openssl("req", "-x509", "-new", "-key", "k.pem", "-subj", "/O=House/CN=gateway", "-days", "30", "-out", "c.pem")
    }

    @Test func `the owner's own pair serves`() throws {
        try makePair("RSA", "rsa_keygen_bits:3072")
        let identity = try load()
        #expect(identity.summary.subject == "CN=gateway,O=House")
        #expect(identity.summary.key == "RSA3072.PublicKey")
        #expect(identity.warnings == [])
    }

    @Test func `a chain is served whole, with text around it, Windows line ends and the key in the same file`() throws {
        try makePair("RSA", "rsa_keygen_bits:2048")
        let authority = try IdentityFolder()
        _ = try authority.make()
        let pieces = try [
            "Bag Attributes\n    friendlyName: x\n", folder.read(path("c.pem")), "\nthe issuer:\n",
            authority.read(authority.directory.certificatePath), folder.read(path("k.pem")),
        ]
        try folder.write(pieces.joined().replacing("\n", with: "\r\n"), to: path("all.pem"))
        #expect(try load("all.pem", "all.pem").certificateChain.count == 2)
    }

    @Test func `a key in the older forms serves`() throws {
        try makePair("RSA", "rsa_keygen_bits:2048")
        try folder.openssl("rsa", "-in", "k.pem", "-traditional", "-out", "pkcs1.pem")
        #expect(try folder.read(path("pkcs1.pem")).contains("BEGIN RSA PRIVATE KEY"))
        #expect(try load("c.pem", "pkcs1.pem").summary.subject == "CN=gateway,O=House")
    }

    @Test func `a key that is not RSA serves with a warning`() throws {
        try makePair("EC", "ec_paramgen_curve:P-256")
        #expect(try load().warnings == [.notRSA(key: "P256.PublicKey")])
    }

    @Test func `an expired certificate serves with a warning, and so does one of the future`() throws {
        try makePair("RSA", "rsa_keygen_bits:2048")
        #expect(try load(now: Date().addingTimeInterval(40.5 * 86_400)).warnings == [.expired(daysAgo: 10)])
        #expect(try load(now: Date().addingTimeInterval(-5.5 * 86_400)).warnings == [.notYetValid(inDays: 6)])
    }

    @Test(arguments: [(0o600, false), (0o640, false), (0o644, true), (0o660, true), (0o777, true)])
    func `a key that others can get at serves with a warning`(_ mode: Int, _ warns: Bool) throws {
        try makePair("RSA", "rsa_keygen_bits:2048")
        try folder.write(folder.read(path("k.pem")), to: path("k.pem"), mode: mode)
        #expect(try load().warnings == (warns ? [.keyOpenToOthers(path: path("k.pem"), mode: UInt32(mode))] : []))
    }

    @Test func `a key with a pass phrase is refused as such`() throws {
        try makePair("RSA", "rsa_keygen_bits:2048")
        try folder.openssl("pkcs8", "-topk8", "-in", "k.pem", "-passout", "pass:x", "-out", "new.pem")
        try folder.openssl("rsa", "-in", "k.pem", "-traditional", "-aes128", "-passout", "pass:x", "-out", "old.pem")
        for name in ["new.pem", "old.pem"] {
            #expect(throws: IdentityError.notPEM(.privateKey, path: path(name), reason: "it is protected by a pass phrase")) {
                try load("c.pem", name)
            }
        }
    }

    @Test func `files that are missing, or hold something else, are named with the reason`() throws {
        try makePair("RSA", "rsa_keygen_bits:2048")
        func message(_ certificate: String, _ key: String) -> String? {
            #expect(throws: IdentityError.self) { try load(certificate, key) }?.description
        }
        #expect(message("none.pem", "k.pem") == "can't read the certificate \(path("none.pem")): no such file or directory")
        #expect(message("c.pem", "none.pem") == "can't read the private key \(path("none.pem")): no such file or directory")
        #expect(message("k.pem", "k.pem") == "no usable certificate in \(path("k.pem")): it holds no CERTIFICATE block")
        #expect(message("c.pem", "c.pem") == "no usable private key in \(path("c.pem")): it holds no PRIVATE KEY block")
        try makeOtherKey()
        #expect(message("c.pem", "other.pem") == "the private key \(path("other.pem")) does not belong to the certificate \(path("c.pem"))")
        #expect(message("/", "k.pem")?.hasPrefix("can't read the certificate ") == true)
    }

    private func makeOtherKey() throws {
        try folder.openssl("genpkey", "-out", "other.pem", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
    }
}
