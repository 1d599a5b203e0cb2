import Crypto
import Foundation
import SwiftASN1
import Testing
import X509

@testable import Capture

@Suite("A certificate proves a name by that name alone")
struct VerifiedNameTests {
    private static func certificate(_ names: [String], commonName: String = "x", addresses: [[UInt8]] = []) throws -> [UInt8] {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let subject = try DistinguishedName { CommonName(commonName) }
        let alternatives = names.map { GeneralName.dnsName($0) } + addresses.map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: Date(), notValidAfter: Date() + 60,
            issuer: subject,
            subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions { SubjectAlternativeNames(alternatives) }, issuerPrivateKey: key)
        var serializer = DER.Serializer()
        try certificate.serialize(into: &serializer)
        return serializer.serializedBytes
    }

    @Test(
        "The name itself, in any case, or a wildcard for its whole first label",
        arguments: [["reports.example.test"], ["REPORTS.example.Test"], ["other.test", "reports.example.test"], ["*.example.test"]])
    func proves(names: [String]) throws {
        for name in ["reports.example.test", "Reports.Example.Test"] { #expect(VerifiedName(name).accepts(try Self.certificate(names))) }
    }

    @Test(
        "Nothing else",
        arguments: [
            [], ["example.test"], ["areports.example.test"], ["reports.example.test.evil"], ["reports.example.tes"], ["*.test"], ["*"],
            ["*.*.test"],
            ["r*.example.test"], ["*eports.example.test"], ["reports.*.test"], ["*.reports.example.test"], ["reports.example.test."],
        ])
    func provesNot(names: [String]) throws {
        #expect(
            !VerifiedName("reports.example.test").accepts(
                try Self.certificate(names, commonName: "reports.example.test", addresses: [[127, 0, 0, 1]])))
    }

    @Test("A wildcard stands for one label, not for none or two")
    func wildcard() throws {
        let certificate = try Self.certificate(["*.example.test"])
        #expect(!VerifiedName("example.test").accepts(certificate))
        #expect(!VerifiedName("a.b.example.test").accepts(certificate))
        #expect(!VerifiedName(".example.test").accepts(certificate))
    }

    @Test("One that was right once does not make the next right")
    func remembered() throws {
        let name = VerifiedName("reports.example.test")
        let (right, wrong) = (try Self.certificate(["reports.example.test"]), try Self.certificate(["home.example.test"]))
        #expect(name.accepts(right) && name.accepts(right) && !name.accepts(wrong) && !name.accepts([]) && !name.accepts([1, 2, 3]))
    }
}
