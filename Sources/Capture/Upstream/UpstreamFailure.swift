import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Why the cloud has no reply, or no whole one.
public enum UpstreamFailure: Error, Sendable, Hashable {
    case off
    /// It was not asked: the Envoy was answered here, as its owner wishes.
    case notAsked
    /// It was not asked, and no answer could be made here.
    case unanswerable(String)
    /// It was on its way to another host than the reports', and its owner wishes that nothing goes there.
    case blocked
    /// The device's own destination gave no name by which its certificate could be checked.
    case nameless
    case unresolvable(String)
    case unreachable(String)
    case connectTooSlow
    case handshakeTooSlow
    /// The certificate is not from a trusted authority, expired, or for another name.
    case untrusted(String)
    case handshakeFailed(String)
    /// Closed before a single byte of a reply.
    case closedWithoutReply
    case tooSlow
    case closedMidReply
    case replyTooLarge(limit: Int)
    case stopped

    /// Whether the request was on its way: the cloud may have it or not.
    public var isDoubtful: Bool {
        switch self {
        case .closedWithoutReply, .tooSlow, .closedMidReply, .replyTooLarge, .stopped: true
        default: false
        }
    }

    /// What the Envoy hears where nothing of a reply has reached it.
    var status: HTTPResponseStatus {
        switch self {
        case .off, .notAsked, .unanswerable, .blocked, .stopped: .serviceUnavailable
        case .connectTooSlow, .handshakeTooSlow, .tooSlow: .gatewayTimeout
        default: .badGateway
        }
    }

    /// A name for counting, without the particulars.
    public var name: String {
        switch self {
        case .off: "off"
        case .notAsked: "not_asked"
        case .unanswerable: "unanswerable"
        case .blocked: "blocked"
        case .nameless: "nameless"
        case .unresolvable: "unresolvable"
        case .unreachable: "unreachable"
        case .connectTooSlow: "connect_too_slow"
        case .handshakeTooSlow: "handshake_too_slow"
        case .untrusted: "untrusted"
        case .handshakeFailed: "handshake_failed"
        case .closedWithoutReply: "closed_without_reply"
        case .tooSlow: "too_slow"
        case .closedMidReply: "closed_mid_reply"
        case .replyTooLarge: "reply_too_large"
        case .stopped: "stopped"
        }
    }
}

extension UpstreamFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .off: "forwarding is switched off"
        case .notAsked: "the Envoy was answered here, and the cloud not asked"
        case .unanswerable(let reason): "the cloud is not asked, and no answer can be made here: \(reason)"
        case .blocked: "nothing is forwarded to other hosts than the one that takes reports"
        case .nameless: "the request has no Host to check the certificate of its destination by"
        case .unresolvable(let reason): "its name can't be resolved: \(reason)"
        case .unreachable(let reason): "it can't be reached: \(reason)"
        case .connectTooSlow: "it did not accept a connection in time"
        case .handshakeTooSlow: "it did not finish its TLS handshake in time"
        case .untrusted(let reason): "its certificate is not to be trusted: \(reason)"
        case .handshakeFailed(let reason): "the TLS handshake failed: \(reason)"
        case .closedWithoutReply: "it closed without a reply"
        case .tooSlow: "its reply did not come in time"
        case .closedMidReply: "it closed in the middle of its reply"
        case .replyTooLarge(let limit): "its reply is over the limit of \(limit) bytes"
        case .stopped: "heliograph was stopped before the reply came"
        }
    }
}

extension UpstreamFailure {
    /// Reads what connecting threw.
    init(connecting error: any Error) {
        switch error {
        case let failure as UpstreamFailure: self = failure
        case let error as NIOConnectionError:
            if error.connectionErrors.isEmpty {
                self = .unresolvable((error.dnsAError ?? error.dnsAAAAError).map { "\($0)" } ?? "no address")
            } else if error.connectionErrors.contains(where: { $0.error is ChannelError }) {
                self = .connectTooSlow
            } else {
                self = .unreachable(error.connectionErrors.map { "\($0.error)" }.joined(separator: ", "))
            }
        case ChannelError.connectTimeout: self = .connectTooSlow
        case is CancellationError: self = .stopped
        default: self = .unreachable("\(error)")
        }
    }

    /// Reads an error of an open connection; nil where it is the ordinary end of one.
    init?(_ error: any Error) {
        switch error {
        case let failure as UpstreamFailure: self = failure
        case NIOSSLError.handshakeFailed(let cause):
            let text = String(describing: cause)
            self =
                text.contains("CERTIFICATE_VERIFY_FAILED")
                ? .untrusted("no authority that we know has signed it, or it has expired") : .handshakeFailed(text)
        case is NIOSSLExtraError: self = .untrusted("it is for another name")
        case NIOSSLError.noCertificateToValidate, NIOSSLError.unableToValidateCertificate: self = .untrusted("there is none to check")
        default: return nil
        }
    }
}
