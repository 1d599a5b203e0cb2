import NIOHTTP1
import NIOSSL

extension Refusal {
    /// Reads an error of the pipeline as a refusal; nil where it is the ordinary end of a connection.
    init?(_ error: any Error, duringHandshake: Bool) {
        switch error {
        case let violation as FramingViolation:
            self =
                switch violation.rule {
                case .headTooLarge: .headTooLarge
                case .bareLineFeed: .malformed("a line that ends without a carriage return")
                case .foldedLine: .malformed("a header line continued on the next")
                case .nulByte: .malformed("a NUL byte in the head")
                }
        case HTTPParserError.invalidEOFState:
            // The connection ended in the middle of a request; the end of the connection is told in its own words.
            return nil
        case let error as HTTPParserError:
            self = .malformed("\(error)")
        case NIOSSLError.handshakeFailed(let cause):
            self.init(boringSSL: String(describing: cause))
        case NIOSSLError.uncleanShutdown where duringHandshake:
            self = Self.hungUp
        case let error as BoringSSLError where duringHandshake:
            self.init(boringSSL: String(describing: error))
        default:
            return nil
        }
    }

    private static let hungUp = Refusal.handshakeFailed("the client hung up, as one does that dislikes a certificate and says nothing")

    /// BoringSSL's error stack is only to be had as text; its reason names are stable.
    private init(boringSSL text: String) {
        let certificateAlerts = [
            "UNKNOWN_CA", "BAD_CERTIFICATE", "CERTIFICATE_UNKNOWN", "CERTIFICATE_EXPIRED", "UNSUPPORTED_CERTIFICATE",
            "CERTIFICATE_REVOKED", "ACCESS_DENIED",
        ]
        if let alert = certificateAlerts.first(where: { text.contains("ALERT_\($0)") }) {
            self = .certificateRefused(alert: alert.lowercased())
        } else if text.contains("NO_SHARED_CIPHER") || text.contains("NO_CIPHERS") {
            self = .noSharedCipher
        } else if text.contains("UNSUPPORTED_PROTOCOL") || text.contains("ALERT_PROTOCOL_VERSION") {
            self = .oldProtocol
        } else if text.contains("HTTP_REQUEST") || text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTPS_PROXY_REQUEST") {
            self = .notTLS
        } else if text.contains("BAD_PACKET_LENGTH"), text.contains("DECRYPTION_FAILED_OR_BAD_RECORD_MAC") {
            // In TLS 1.3 a client that rejects the certificate may say so before it encrypts, which BoringSSL can't read.
            self = .certificateRefused(alert: "unreadable")
        } else if text.contains("EOF during handshake") {
            self = Self.hungUp
        } else {
            self = .handshakeFailed(text)
        }
    }
}
