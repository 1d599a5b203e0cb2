import NIOSSL

/// TLS as old devices speak it.
enum ServerTLS {
    /// BoringSSL's default order, with the one suite at its end that it must be asked for by name: some OpenSSL 0.9.8
    /// builds offer nothing better. RC4, export suites and plain DHE are not to be had in BoringSSL at all.
    private static let cipherSuites = "ALL:DES-CBC3-SHA"

    /// Accepts TLS 1.0 to 1.3, RSA key exchange and ECDHE, AES-CBC-SHA and 3DES, and a ClientHello in SSLv2 framing.
    static func context(chain: [NIOSSLCertificate], key: NIOSSLPrivateKey) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv1
        configuration.cipherSuites = cipherSuites
        // HTTP/1 only: without ALPN nobody is invited to HTTP/2.
        configuration.applicationProtocols = []
        return try NIOSSLContext(configuration: configuration)
    }
}
