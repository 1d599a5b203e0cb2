import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOPosix

/// Lets in who gives the password (HTTP Basic, RFC 7617, any user name), and slows down who guesses.
actor PasswordGate {
    private let hash: PasswordHash
    private let logger: Logger
    /// Under this key, of this start only, what was right is remembered: checking a password takes long.
    private let key = SymmetricKey(size: .bits256)
    private var known: [UInt8]?
    private var failures = 0
    private var isChecking = false

    /// How long a guesser waits at most.
    private static let longestPause = Duration.seconds(30)

    init(_ hash: PasswordHash, _ logger: Logger) {
        self.hash = hash
        self.logger = logger
    }

    /// Throws unless the request holds the password.
    func check(_ request: Request, from client: String) async throws {
        guard let given = request.headers[.authorization], let password = Self.password(in: given) else {
            throw Self.refusal("this needs a password")
        }
        let code = Array(HMAC<SHA256>.authenticationCode(for: Data(password.utf8), using: key))
        if let known, known == code { return }
        // One at a time, whoever asks: guessing can't take more than one core, nor go faster by coming from many places.
        guard !isChecking else { throw Self.refusal("too many try at once", .tooManyRequests) }
        isChecking = true
        let hash = hash
        let isRight: Bool
        do { isRight = try await NIOThreadPool.singleton.runIfActive { hash.admits(password) } } catch {
            isChecking = false
            throw error
        }
        // The pause below is the guesser's alone: the owner may come in meanwhile.
        isChecking = false
        if isRight {
            (known, failures) = (code, 0)
            return
        }
        failures += 1
        logger.warning("a wrong password for the dashboard", metadata: ["client": "\(client)", "in_a_row": "\(failures)"])
        try await Task.sleep(for: min(Self.longestPause, .milliseconds(250 << min(failures, 8))))
        throw Self.refusal("that is not the password")
    }

    private static func refusal(_ message: String, _ status: HTTPResponse.Status = .unauthorized) -> Refused {
        var refused = Refused(status, message)
        if status == .unauthorized { refused.headers[.wwwAuthenticate] = "Basic realm=\"Heliograph\", charset=\"UTF-8\"" }
        return refused
    }

    /// The password in an `Authorization` header; nil where there is none.
    static func password(in header: String) -> String? {
        let parts = header.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "basic", parts[1].utf8.count < 1_000,
            let data = Data(base64Encoded: String(parts[1]))
        else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        return text.firstIndex(of: ":").map { String(text[text.index(after: $0)...]) }
    }
}

/// Asks for the password where there is one.
struct PasswordCheck: RouterMiddleware {
    let gate: PasswordGate

    func handle(
        _ request: Request, context: DashboardContext, next: (Request, DashboardContext) async throws -> Response
    ) async throws -> Response {
        try await gate.check(request, from: context.client)
        return try await next(request, context)
    }
}
