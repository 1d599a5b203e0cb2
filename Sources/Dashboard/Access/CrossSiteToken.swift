import Crypto
import HTTPTypes
import Hummingbird

/// The word that only our own pages know, without which nothing is written: a page of another site can make a browser send
/// requests here, but can't read what is on ours.
struct CrossSiteToken: Sendable {
    /// 256 random bits in hexadecimal digits; another one each time the program starts.
    let text: String

    init() { text = SymmetricKey(size: .bits256).withUnsafeBytes { $0.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() } }

    /// Lets a writing request pass, or throws.
    func check(_ request: Request) throws {
        if let site = request.headers[.fetchSite], site != "same-origin", site != "none" {
            throw Refused(.forbidden, "another site's page may not write here")
        }
        if let origin = request.headers[.origin] {
            let ours = request.head.authority.map { ["http://\($0)", "https://\($0)"] } ?? []
            guard ours.contains(origin) else { throw Refused(.forbidden, "another site's page may not write here") }
        }
        guard let given = request.headers[.crossSiteToken], Self.isSame(given, text) else {
            throw Refused(
                .forbidden, "the token is missing or of an earlier start", hint: "take it from /api/v1/token, or load the page anew")
        }
    }

    /// Takes the same time wherever the texts differ.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
