import Foundation
import NIOSSL
import SwiftASN1
import SystemPackage
import X509

/// Who this server is to the Envoy: a certificate with its chain, and the key that it is for.
public struct ServerIdentity: Sendable {
    /// The server's own certificate first, then its issuers as far as the file has them.
    public let certificateChain: [NIOSSLCertificate]
    public let privateKey: NIOSSLPrivateKey
    public let summary: CertificateSummary
    /// What a person should hear about it; it can be served nevertheless.
    public let warnings: [IdentityWarning]
    /// The files that it was read from.
    public let certificatePath: FilePath
    public let privateKeyPath: FilePath

    /// Loads an identity from two PEM files, which may be the same file.
    /// - Parameters:
    ///   - certificate: The server's certificate, followed by its chain; text around the PEM blocks is passed over.
    ///   - privateKey: PKCS #8, PKCS #1 or SEC 1, without a pass phrase.
    ///   - now: What expiry is judged by.
    public init(certificate certificatePath: FilePath, privateKey privateKeyPath: FilePath, now: Date) throws(IdentityError) {
        let chain = try Self.readChain(certificatePath)
        let (key, nioKey, mode) = try Self.readKey(privateKeyPath)
        guard chain.leaf.publicKey == key.publicKey else {
            throw .keyDoesNotMatch(certificate: certificatePath, privateKey: privateKeyPath)
        }
        certificateChain = chain.certificates
        privateKey = nioKey
        summary = CertificateSummary(chain.leaf, der: chain.der)
        self.certificatePath = certificatePath
        self.privateKeyPath = privateKeyPath
        warnings = Self.warnings(on: summary, keyPath: privateKeyPath, keyMode: mode, now: now)
    }

    private static func readChain(
        _ path: FilePath
    ) throws(IdentityError) -> (leaf: Certificate, der: [UInt8], certificates: [NIOSSLCertificate]) {
        let blocks = try PEMFile.read(path, as: .certificate).blocks.filter { $0.discriminator == "CERTIFICATE" }
        guard let first = blocks.first else {
            throw .notPEM(.certificate, path: path, reason: "it holds no CERTIFICATE block")
        }
        do {
            let certificates = try blocks.map { try NIOSSLCertificate(bytes: $0.derBytes, format: .der) }
            return (try Certificate(pemDocument: first), first.derBytes, certificates)
        } catch {
            throw .notPEM(.certificate, path: path, reason: "\(error)")
        }
    }

    private static func readKey(
        _ path: FilePath
    ) throws(IdentityError) -> (key: Certificate.PrivateKey, nioKey: NIOSSLPrivateKey, mode: UInt32) {
        let file = try PEMFile.read(path, as: .privateKey)
        guard let block = file.blocks.first(where: { $0.discriminator.hasSuffix("PRIVATE KEY") }) else {
            throw .notPEM(.privateKey, path: path, reason: "it holds no PRIVATE KEY block")
        }
        guard !file.isEncrypted else {
            throw .notPEM(.privateKey, path: path, reason: "it is protected by a pass phrase")
        }
        do {
            let key = try Certificate.PrivateKey(pemDocument: block)
            return (key, try NIOSSLPrivateKey(bytes: Array(block.pemString.utf8), format: .pem), file.mode)
        } catch {
            throw .notPEM(.privateKey, path: path, reason: "\(error)")
        }
    }

    private static func warnings(
        on summary: CertificateSummary, keyPath: FilePath, keyMode: UInt32, now: Date
    ) -> [IdentityWarning] {
        var warnings: [IdentityWarning] = []
        let day: TimeInterval = 86_400
        if summary.notValidAfter < now {
            warnings.append(.expired(daysAgo: Int(now.timeIntervalSince(summary.notValidAfter) / day)))
        }
        if summary.notValidBefore > now {
            warnings.append(.notYetValid(inDays: Int((summary.notValidBefore.timeIntervalSince(now) / day).rounded(.up))))
        }
        // Debian's own way is root:ssl-cert 0640, so the group may read.
        if keyMode & 0o037 != 0 { warnings.append(.keyOpenToOthers(path: keyPath, mode: keyMode)) }
        if !summary.key.hasPrefix("RSA") { warnings.append(.notRSA(key: summary.key)) }
        return warnings
    }
}
