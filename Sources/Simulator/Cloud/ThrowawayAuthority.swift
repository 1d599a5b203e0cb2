import CryptoExtras
import Foundation
import SwiftASN1
import X509

/// A certificate authority for an afternoon: made in memory, trusted by nobody who is not told to.
public struct ThrowawayAuthority: Sendable {
    /// The authority's certificate, for the trust settings of whoever is to believe it.
    public let certificatePEM: String
    private let certificate: Certificate
    private let key: Certificate.PrivateKey

    /// Makes an RSA-2048 key, in about a tenth of a second, and a certificate over it.
    ///
    /// - Parameter days: how long it is valid from an hour ago on; 30 by default.
    public init(name: String = "Heliograph throw-away authority", days: Int = 30) throws(SimulatorError) {
        do {
            let key = Certificate.PrivateKey(try _RSA.Signing.PrivateKey(keySize: .bits2048))
            let subject = try DistinguishedName { CommonName(name) }
            let now = Date()
            certificate = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
                notValidBefore: now - 3600, notValidAfter: now + Double(days) * 86400,
                issuer: subject, subject: subject, signatureAlgorithm: .sha256WithRSAEncryption,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                },
                issuerPrivateKey: key)
            self.key = key
            certificatePEM = try certificate.serializeAsPEM().pemString + "\n"
        } catch {
            throw .identity(name, cause: "\(error)")
        }
    }

    /// Makes a server's key (RSA-2048, so that old clients can use it) and its certificate.
    ///
    /// - Parameters:
    ///   - dnsNames: names that the certificate holds for; the first is its common name.
    ///   - ipAddresses: IPv4 and IPv6 addresses that it holds for.
    ///   - expired: true for one whose time ended an hour ago.
    public func issue(
        dnsNames: [String], ipAddresses: [String] = [], expired: Bool = false
    ) throws(SimulatorError) -> CloudIdentity {
        let pem = try issuePEM(dnsNames: dnsNames, ipAddresses: ipAddresses, expired: expired)
        return try CloudIdentity(certificatePEM: pem.certificate, keyPEM: pem.key)
    }

    /// The same as text, for servers that read files.
    public func issuePEM(
        dnsNames: [String], ipAddresses: [String] = [], expired: Bool = false
    ) throws(SimulatorError) -> (certificate: String, key: String) {
        do {
            let rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
            let addresses = try ipAddresses.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: try Self.bytes(ofAddress: $0)[...])) }
            let now = Date()
            let leaf = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(),
                publicKey: Certificate.PrivateKey(rsa).publicKey,
                notValidBefore: expired ? now - 7200 : now - 3600,
                notValidAfter: expired ? now - 3600 : certificate.notValidAfter,
                issuer: certificate.subject,
                subject: try DistinguishedName { CommonName(dnsNames.first ?? ipAddresses.first ?? "server") },
                signatureAlgorithm: .sha256WithRSAEncryption,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    KeyUsage(digitalSignature: true, keyEncipherment: true)
                    try ExtendedKeyUsage([.serverAuth])
                    SubjectAlternativeNames(dnsNames.map { .dnsName($0) } + addresses)
                },
                issuerPrivateKey: key)
            return (try leaf.serializeAsPEM().pemString + "\n", rsa.pemRepresentation + "\n")
        } catch {
            throw .identity(dnsNames.joined(separator: ","), cause: "\(error)")
        }
    }

    /// 4 bytes for IPv4, 16 for IPv6.
    private static func bytes(ofAddress text: String) throws(SimulatorError) -> [UInt8] {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 { return withUnsafeBytes(of: &v4, Array.init) }
        if inet_pton(AF_INET6, text, &v6) == 1 { return withUnsafeBytes(of: &v6, Array.init) }
        throw .identity(text, cause: "not an IP address")
    }
}
