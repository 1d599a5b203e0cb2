import Capture
import Foundation

/// What `certificate show` and `certificate renew` print.
struct ShownCertificate: Encodable {
    var certificate: String
    var privateKey: String
    var subject: String
    var issuer: String
    var names: [String]
    var key: String
    var notValidBefore: Date
    var notValidAfter: Date
    var sha256: String
    var warnings: [String]

    init(_ identity: ServerIdentity) {
        certificate = identity.certificatePath.string
        privateKey = identity.privateKeyPath.string
        subject = identity.summary.subject
        issuer = identity.summary.issuer
        names = identity.summary.subjectAlternativeNames
        key = identity.summary.key
        notValidBefore = identity.summary.notValidBefore
        notValidAfter = identity.summary.notValidAfter
        sha256 = identity.summary.sha256Fingerprint
        warnings = identity.warnings.map(\.description)
    }

    func text(json: Bool) throws -> String {
        if json { return try JSONText.of(self) }
        let rows = [
            ("certificate", certificate), ("private key", privateKey), ("subject", subject), ("issuer", issuer),
            ("names", names.joined(separator: ", ")), ("key", key),
            ("valid from", notValidBefore.formatted(.iso8601)), ("valid until", notValidAfter.formatted(.iso8601)),
            ("sha-256", sha256),
        ]
        return (rows + warnings.map { ("warning", $0) }).map { $0.padded(to: 13) + $1 }.joined(separator: "\n")
    }
}
