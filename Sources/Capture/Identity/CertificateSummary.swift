import Crypto
import Foundation
import SwiftASN1
import X509

/// What a person wants to know of a certificate.
public struct CertificateSummary: Equatable, Sendable {
    /// As in RFC 4514: `CN=raspberrypi`.
    public let subject: String
    public let issuer: String
    /// DNS names and IP addresses that it is for; other kinds of names are left out.
    public let subjectAlternativeNames: [String]
    public let notValidBefore: Date
    public let notValidAfter: Date
    /// SHA-256 over the DER encoding, upper-case hexadecimal with colons, as `openssl x509 -fingerprint -sha256` prints it.
    public let sha256Fingerprint: String
    /// Kind and size of the key: `RSA2048.PublicKey`.
    public let key: String

    init(_ certificate: Certificate, der: [UInt8]) {
        subject = certificate.subject.description
        issuer = certificate.issuer.description
        notValidBefore = certificate.notValidBefore
        notValidAfter = certificate.notValidAfter
        key = certificate.publicKey.description
        sha256Fingerprint = SHA256.hash(data: der).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined(separator: ":")
        // Names that can't be decoded concern nobody here: the certificate is served as it is.
        let names = (try? certificate.extensions.subjectAlternativeNames) ?? nil
        subjectAlternativeNames = (names.map(Array.init) ?? []).compactMap { name in
            switch name {
            case .dnsName(let name): name
            case .ipAddress(let octets): IPAddress(bytes: Array(octets.bytes))?.description
            default: nil
            }
        }
    }
}
