import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// What every response carries, so that nothing of ours, and nothing that an Envoy sent, does in a browser what it should not.
///
/// Not among it is `Cross-Origin-Opener-Policy`: without TLS browsers heed it on loopback alone (HTML, "cross-origin opener policies"), and
/// there the first page waits 50 ms for a process of its own. Who puts the pages behind TLS can add it there.
struct SecurityHeaders: RouterMiddleware {
    /// Only our own files and, known by their hashes, our own style and the script that brings the others: no other inline script or style, no
    /// frame, no other place to send things to.
    static let contentPolicy = """
        default-src 'none'; script-src 'self' '\(hash(of: Resources.starter))'; style-src 'self' '\(hash(of: Resources.style))'; \
        img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
        """

    private static func hash(of text: String) -> String { "sha256-" + Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString() }

    func handle(
        _ request: Request, context: DashboardContext, next: (Request, DashboardContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.contentSecurityPolicy] = Self.contentPolicy
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[HTTPField.Name.referrerPolicy] = "same-origin"
        response.headers[HTTPField.Name.resourcePolicy] = "same-origin"
        return response
    }
}

extension HTTPField.Name {
    static let referrerPolicy = named("Referrer-Policy")
    static let resourcePolicy = named("Cross-Origin-Resource-Policy")
    static let crossSiteToken = named("X-CSRF-Token")
    static let forwardedFor = named("X-Forwarded-For")
    static let fetchSite = named("Sec-Fetch-Site")

    /// A name that is one by its spelling.
    private static func named(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .accept }
}
