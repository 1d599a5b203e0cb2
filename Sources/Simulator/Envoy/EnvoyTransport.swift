import NIOSSL

/// How an Envoy connects to its cloud.
public enum EnvoyTransport: Sendable, Equatable {
    /// Plain HTTP, for a proxy behind somebody else's TLS.
    case plain
    /// TLS with one version, the certificate unchecked, no SNI (protocol notes §1).
    case tls(TLSVersionNumber)

    /// TLS versions an Envoy may speak; which ones real ones do is unknown (protocol notes §1).
    public enum TLSVersionNumber: String, Sendable, CaseIterable {
        case v1_0 = "1.0"
        case v1_1 = "1.1"
        case v1_2 = "1.2"

        var niossl: TLSVersion {
            switch self {
            case .v1_0: .tlsv1
            case .v1_1: .tlsv11
            case .v1_2: .tlsv12
            }
        }
    }

    /// RSA key exchange with AES-CBC and 3DES, as an OpenSSL of the time would offer; nil for plain.
    func tlsConfiguration() -> TLSConfiguration? {
        guard case .tls(let version) = self else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.minimumTLSVersion = version.niossl
        configuration.maximumTLSVersion = version.niossl
        configuration.cipherSuites = "AES256-SHA:AES128-SHA:DES-CBC3-SHA"
        // Old devices drop the connection; a short wait for the peer's good-bye comes close.
        configuration.shutdownTimeout = .milliseconds(200)
        return configuration
    }
}
