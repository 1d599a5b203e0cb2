import NIOCore
import NIOSSL
import Synchronization
import X509

/// The check that a place's certificate carries its DNS name.
///
/// NIOSSL checks it too, but is content with a certificate that names the *address* connected to: whoever answers at a
/// false address, with a certificate for that address, would pass. Here only the name counts.
final class VerifiedName: Sendable {
    let name: String
    /// The last certificate found right, so that the same one is parsed once.
    private let accepted = Mutex<[UInt8]>([])

    init(_ name: String) { self.name = name.lowercased() }

    func accepts(_ context: ChannelHandlerContext) -> Bool {
        guard let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self),
            let encoded = try? handler.peerCertificate?.toDERBytes()
        else { return false }
        return accepts(encoded)
    }

    func accepts(_ encoded: [UInt8]) -> Bool {
        if accepted.withLock({ $0 == encoded }) { return true }
        guard let certificate = try? Certificate(derEncoded: encoded), names(of: certificate).contains(where: matches) else { return false }
        accepted.withLock { $0 = encoded }
        return true
    }

    private func names(of certificate: Certificate) -> [String] {
        guard let alternatives = try? certificate.extensions.subjectAlternativeNames else { return [] }
        return alternatives.compactMap { alternative in
            guard case .dnsName(let name) = alternative else { return nil }
            return name.lowercased()
        }
    }

    /// RFC 9525 §6.3: the same name, or a wildcard in place of the whole first label.
    private func matches(_ presented: String) -> Bool {
        if presented == name { return true }
        guard presented.hasPrefix("*."), let firstDot = name.firstIndex(of: "."), firstDot > name.startIndex else { return false }
        return name[firstDot...] == presented.dropFirst() && presented.dropFirst(2).contains(".")
    }
}
