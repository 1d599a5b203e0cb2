import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOPosix

/// Lets in who gives the password (HTTP Basic, RFC 7617, any user name), and slows down who guesses.
///
/// A guesser is told at once to wait, which holds no connection, and only its own address waits. Passwords are looked at one after another,
/// which takes one core at most: whoever is right waits for what others have before them, one each.
actor PasswordGate {
    private let hash: PasswordHash
    private let logger: Logger
    private let clock: @Sendable () -> ContinuousClock.Instant
    /// Under this key, of this start only, what was right is remembered: checking a password takes long.
    private let key = SymmetricKey(size: .bits256)
    private var known: [UInt8]?
    private var book = GuessBook()
    private var isChecking = false
    private var line: [(address: String, turn: CheckedContinuation<Void, Never>)] = []

    /// How many may wait for their turn: in all, and from one address, as a browser asks for several things at once.
    private static let longestLine = (all: 32, ofOne: 6)

    init(_ hash: PasswordHash, _ logger: Logger, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        (self.hash, self.logger, self.clock) = (hash, logger, clock)
    }

    /// Throws unless an `Authorization` header holds the password.
    func check(_ authorization: String?, from address: String) async throws {
        guard let password = authorization.flatMap(Self.password) else { throw Self.refusal("this needs a password") }
        let code = Array(HMAC<SHA256>.authenticationCode(for: Data(password.utf8), using: key))
        if try isSettled(code, address) { return }
        try await takeTurn(of: address)
        defer { passTurn() }
        // What came before may have told.
        if try isSettled(code, address) { return }
        let hash = hash
        guard try await NIOThreadPool.singleton.runIfActive({ hash.admits(password) }) else {
            let failures = book.noteWrong(code, from: address, at: clock())
            logger.warning("a wrong password for the dashboard", metadata: ["client": "\(address)", "in_a_row": "\(failures)"])
            throw Self.refusal("that is not the password")
        }
        known = code
        book.noteRight(from: address)
    }

    /// Whether a password is known to be right; throws where it is known to be wrong, or must not be looked at yet.
    private func isSettled(_ code: [UInt8], _ address: String) throws -> Bool {
        if book.isWrong(code, from: address) { throw Self.refusal("that is not the password") }
        // Whoever has to wait hears the same of the right one: else it could be found by trying quickly.
        if let pause = book.pause(of: address, at: clock()) {
            throw Self.tooMany("wrong passwords came from there", seconds: Int(pause.components.seconds) + 1)
        }
        return known == code
    }

    private func takeTurn(of address: String) async throws {
        guard isChecking else {
            isChecking = true
            return
        }
        guard line.count < Self.longestLine.all, line.count(where: { $0.address == address }) < Self.longestLine.ofOne else {
            throw Self.tooMany("too many try at once", seconds: 1)
        }
        await withCheckedContinuation { line.append((address, $0)) }
    }

    private func passTurn() {
        if line.isEmpty { isChecking = false } else { line.removeFirst().turn.resume() }
    }

    private static func tooMany(_ message: String, seconds: Int) -> Refused {
        var refused = Refused(.tooManyRequests, message, hint: seconds == 1 ? "try again in a second" : "try again in \(seconds) seconds")
        refused.headers[.retryAfter] = "\(seconds)"
        return refused
    }

    private static func refusal(_ message: String) -> Refused {
        var refused = Refused(.unauthorized, message)
        refused.headers[.wwwAuthenticate] = "Basic realm=\"Heliograph\", charset=\"UTF-8\""
        return refused
    }

    /// The password in an `Authorization` header; nil where there is none.
    static func password(_ header: String) -> String? {
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
        let address = GuessBook.address(of: context.client, forwarded: request.headers[.forwardedFor])
        try await gate.check(request.headers[.authorization], from: address)
        return try await next(request, context)
    }
}
