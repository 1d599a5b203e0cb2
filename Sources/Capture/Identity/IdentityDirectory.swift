import Foundation
import SystemPackage

/// The folder of the certificate that is made at the first start.
///
/// It holds `certificate.pem` and `private-key.pem` (mode 0600), and after a renewal the former ones as `….old`. New ones
/// are written whole and made durable as `….new` before the key and then the certificate is renamed into place, so that
/// power may fail at any point: with both `….new` there, nothing had changed yet and they are dropped; with only the
/// certificate's, the key was already in place and the rename is completed.
public struct IdentityDirectory: Sendable {
    public let path: FilePath

    public var certificatePath: FilePath { path.appending("certificate.pem") }
    public var privateKeyPath: FilePath { path.appending("private-key.pem") }

    public init(_ path: FilePath) { self.path = path }

    /// Loads the identity, and changes nothing.
    /// - Parameter now: What expiry is judged by.
    public func load(now: Date) throws(IdentityError) -> ServerIdentity {
        switch (exists(certificatePath), exists(privateKeyPath)) {
        case (true, false): throw .halfMissing(.privateKey, path: privateKeyPath, beside: certificatePath)
        case (false, true): throw .halfMissing(.certificate, path: certificatePath, beside: privateKeyPath)
        default: break
        }
        return try ServerIdentity(certificate: certificatePath, privateKey: privateKeyPath, now: now)
    }

    /// Loads the identity, and makes one where there is none. What is there but can't be used is left alone and thrown.
    /// - Parameters:
    ///   - names: What a new certificate is for.
    ///   - now: When a new certificate starts to count.
    ///   - random: Gives the serial number; the key comes from the cryptographic library's own source.
    public func loadOrMake(
        names: CertificateNames, now: Date, random: inout some RandomNumberGenerator
    ) throws(IdentityError) -> ServerIdentity {
        try finishInterruptedChange(now: now)
        if !exists(certificatePath) && !exists(privateKeyPath) {
            try install(SelfSignedCertificate.make(for: names, now: now, random: &random))
        }
        return try load(now: now)
    }

    /// Makes a new key and certificate; the former ones stay as `….old`.
    public func renew(
        names: CertificateNames, now: Date, random: inout some RandomNumberGenerator
    ) throws(IdentityError) -> ServerIdentity {
        try finishInterruptedChange(now: now)
        try install(SelfSignedCertificate.make(for: names, now: now, random: &random))
        return try load(now: now)
    }

    private func install(_ new: SelfSignedCertificate) throws(IdentityError) {
        try DurableFile.makeFolder(path, mode: 0o700)
        try DurableFile.write(Array(new.privateKeyPEM.utf8), to: Self.pending(privateKeyPath), mode: 0o600)
        try DurableFile.write(Array(new.certificatePEM.utf8), to: Self.pending(certificatePath), mode: 0o644)
        try DurableFile.syncFolder(path)
        for file in [privateKeyPath, certificatePath] where exists(file) {
            try DurableFile.keep(file, as: FilePath(file.string + ".old"))
        }
        try DurableFile.rename(Self.pending(privateKeyPath), to: privateKeyPath)
        try DurableFile.rename(Self.pending(certificatePath), to: certificatePath)
        try DurableFile.syncFolder(path)
    }

    private func finishInterruptedChange(now: Date) throws(IdentityError) {
        let newKey = Self.pending(privateKeyPath)
        let newCertificate = Self.pending(certificatePath)
        if exists(newKey) {
            try DurableFile.remove(newKey)
            if exists(newCertificate) { try DurableFile.remove(newCertificate) }
        } else if exists(newCertificate), belongsToKey(newCertificate, now: now) {
            try DurableFile.rename(newCertificate, to: certificatePath)
        } else {
            return
        }
        try DurableFile.syncFolder(path)
    }

    private func belongsToKey(_ certificate: FilePath, now: Date) -> Bool {
        // Why it does not is of no interest: the pair that is in place gets its say in `load`.
        (try? ServerIdentity(certificate: certificate, privateKey: privateKeyPath, now: now)) != nil
    }

    private static func pending(_ file: FilePath) -> FilePath { FilePath(file.string + ".new") }

    private func exists(_ file: FilePath) -> Bool { DurableFile.exists(file) }
}
