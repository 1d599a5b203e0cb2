import NIOSSL

/// A certificate chain with its private key, as a TLS server presents it.
public struct CloudIdentity: Sendable {
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey

    /// - Parameters:
    ///   - certificatePEM: one or more certificates, the server's own first.
    ///   - keyPEM: its private key, without a password.
    public init(certificatePEM: String, keyPEM: String) throws(SimulatorError) {
        do {
            chain = try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8))
            key = try NIOSSLPrivateKey(bytes: Array(keyPEM.utf8), format: .pem)
        } catch {
            throw .identity("given as text", cause: "\(error)")
        }
    }

    /// Reads both from PEM files.
    public init(certificatePath: String, keyPath: String) throws(SimulatorError) {
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificatePath)
            key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
        } catch {
            throw .identity("\(certificatePath), \(keyPath)", cause: "\(error)")
        }
    }

    /// TLS 1.0 to 1.3, so that an old Envoy can also talk to the cloud without a proxy between.
    func serverContext() throws(SimulatorError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv1
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .identity("of the server", cause: "\(error)")
        }
    }
}
