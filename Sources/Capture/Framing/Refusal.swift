import NIOHTTP1
import NIOSSL

/// Why a connection's request is not taken, with the HTTP status that says so where there is anyone to hear it.
public enum Refusal: Error, Sendable, Hashable {
    /// Breaks the rules of HTTP/1 in a way that could be read differently elsewhere.
    case malformed(String)
    case headTooLarge
    /// The limit is in bytes.
    case bodyTooLarge(limit: Int)
    case tooSlow(afterBytes: Int)
    case tooManyConnections
    /// CONNECT: this is no proxy for other places.
    case tunnel

    /// Connected, and said nothing.
    case silent
    /// Closed in the middle of a request; the bytes that came are not a request.
    case brokeOff(afterBytes: Int)
    case certificateRefused(alert: String)
    case noSharedCipher
    case oldProtocol
    case notTLS
    case handshakeFailed(String)

    /// The status that tells the client; nil where no HTTP can be spoken.
    var status: HTTPResponseStatus? {
        switch self {
        case .malformed: .badRequest
        case .headTooLarge: .requestHeaderFieldsTooLarge
        case .bodyTooLarge: .payloadTooLarge
        case .tooSlow: .requestTimeout
        case .tooManyConnections: .serviceUnavailable
        case .tunnel: .methodNotAllowed
        case .silent, .brokeOff, .certificateRefused, .noSharedCipher, .oldProtocol, .notTLS, .handshakeFailed: nil
        }
    }

    /// A name for counting, without the particulars.
    public var name: String {
        switch self {
        case .malformed: "malformed"
        case .headTooLarge: "head_too_large"
        case .bodyTooLarge: "body_too_large"
        case .tooSlow: "too_slow"
        case .tooManyConnections: "too_many_connections"
        case .tunnel: "tunnel"
        case .silent: "silent"
        case .brokeOff: "broke_off"
        case .certificateRefused: "certificate_refused"
        case .noSharedCipher: "no_shared_cipher"
        case .oldProtocol: "old_protocol"
        case .notTLS: "not_tls"
        case .handshakeFailed: "handshake_failed"
        }
    }
}

extension Refusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformed(let what): "malformed request: \(what)"
        case .headTooLarge: "request head over the limit"
        case .bodyTooLarge(let limit): "request body over the limit of \(limit) bytes"
        case .tooSlow(let count): "request too slow: \(count) bytes, then the time was up"
        case .tooManyConnections: "too many connections at once"
        case .tunnel: "asked for a tunnel to another place"
        case .silent: "connected and said nothing"
        case .brokeOff(let count): "closed in the middle of a request, after \(count) bytes"
        case .certificateRefused(let alert): "the client refuses our certificate (TLS alert \(alert))"
        case .noSharedCipher: "the client offers no cipher that we have"
        case .oldProtocol: "the client speaks SSL 3.0 or older"
        case .notTLS: "the client speaks no TLS"
        case .handshakeFailed(let reason): "TLS handshake failed: \(reason)"
        }
    }

    /// What the owner can try.
    public var hint: String {
        switch self {
        case .headTooLarge: "if it is your Envoy, raise limits.request-head"
        case .bodyTooLarge: "if it is your Envoy, raise limits.request-body"
        case .tooSlow: "check the network between the Envoy and this machine, or raise limits.idle and limits.request-time"
        case .tooManyConnections: "raise limits.connections, or name your devices with --envoy so that others are turned away"
        case .malformed, .tunnel:
            "an Envoy does not do this: see what else on your network uses this port, and name your devices with --envoy"
        case .silent, .brokeOff: "if it is your Envoy, check its network; it keeps its copy and tries again"
        case .certificateRefused:
            "this firmware checks the cloud's certificate; it can only be captured with a certificate that it trusts (certificate, private-key)"
        case .noSharedCipher:
            "the device offers only ciphers that are broken and left out (RC4, export, DHE-only); end its TLS with another program and use listen-plain"
        case .oldProtocol: "SSL 3.0 can't be served; end its TLS with another program, such as an old stunnel, and use listen-plain"
        case .notTLS: "plain HTTP belongs on the port that listen-plain names"
        case .handshakeFailed: "run with --log-level debug and report what it prints"
        }
    }
}
