import Crypto
import CryptoExtras
import Foundation
import SwiftASN1
import X509

/// A key and a certificate that it signed itself, as old TLS clients can take them: RSA-2048, SHA-256.
struct SelfSignedCertificate {
    /// Ten years, with the leap days that they may hold.
    static let validity: TimeInterval = 3653 * 86_400
    /// How long before now it starts to count: clocks of devices without a battery lag.
    static let allowance: TimeInterval = 86_400

    /// PEM, PKCS #8, ending in a newline, so that the two can be put into one file.
    let privateKeyPEM: String
    /// PEM, ending in a newline.
    let certificatePEM: String

    /// Makes a new key (0.1 s here, seconds on small boards) and a certificate for it.
    static func make(
        for names: CertificateNames, now: Date, random: inout some RandomNumberGenerator
    ) throws(IdentityError) -> SelfSignedCertificate {
        let key: _RSA.Signing.PrivateKey
        do { key = try _RSA.Signing.PrivateKey(keySize: .bits2048) } catch { throw .notMade(reason: "\(error)") }
        return try SelfSignedCertificate(
            key: Certificate.PrivateKey(key), privateKeyPEM: key.pkcs8PEMRepresentation, names: names, now: now, random: &random)
    }

    /// Makes a certificate for a key that exists.
    init(
        key: Certificate.PrivateKey, privateKeyPEM: String, names: CertificateNames, now: Date,
        random: inout some RandomNumberGenerator
    ) throws(IdentityError) {
        do {
            let subject = try DistinguishedName { CommonName(names.commonName) }
            let certificate = try Certificate(
                version: .v3,
                serialNumber: Self.serialNumber(&random),
                publicKey: key.publicKey,
                notValidBefore: now.addingTimeInterval(-Self.allowance),
                notValidAfter: now.addingTimeInterval(Self.validity),
                issuer: subject,
                subject: subject,
                signatureAlgorithm: .sha256WithRSAEncryption,
                extensions: Self.extensions(for: key.publicKey, names: names),
                issuerPrivateKey: key)
            self.privateKeyPEM = Self.endingInNewline(privateKeyPEM)
            certificatePEM = Self.endingInNewline(try certificate.serializeAsPEM().pemString)
        } catch {
            throw .notMade(reason: "\(error)")
        }
    }

    private static func endingInNewline(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }

    /// Key encipherment is what RSA key exchange needs, digital signature what ECDHE needs.
    private static func extensions(for key: Certificate.PublicKey, names: CertificateNames) throws -> Certificate.Extensions {
        let addresses = names.addresses.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: ArraySlice($0.bytes))) }
        return try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true, keyEncipherment: true))
            try ExtendedKeyUsage([.serverAuth])
            SubjectKeyIdentifier(hash: key)
            SubjectAlternativeNames(names.dnsNames.map(GeneralName.dnsName) + addresses)
        }
    }

    /// 16 random bytes, kept positive and of full length.
    private static func serialNumber(_ random: inout some RandomNumberGenerator) -> Certificate.SerialNumber {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        bytes[0] = bytes[0] & 0x3f | 0x40
        return Certificate.SerialNumber(bytes: bytes)
    }
}
