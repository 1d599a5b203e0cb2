import Foundation
import TestSupport
import Testing

@testable import Dashboard

@Suite("Guessing is slow, and only for who guesses", .timeLimit(.minutes(5)))
struct GuessTests {
    private static let right = "correct horse"
    private static let hash = Result { try PasswordHash(of: right) }

    /// A gate whose time stands still until it is told to go on.
    private func gate(_ log: Log = Log()) throws -> (PasswordGate, Watched<ContinuousClock.Instant>) {
        let time = Watched(ContinuousClock.now)
        return (PasswordGate(try Self.hash.get(), log.logger, clock: { time.value }), time)
    }

    /// The status that a password gets, and for how long to wait.
    private static func status(_ password: String, from address: String, at gate: PasswordGate) async throws -> (code: Int, pause: Int?) {
        do {
            try await gate.check("Basic " + Data("me:\(password)".utf8).base64EncodedString(), from: address)
            return (200, nil)
        } catch let refused as Refused {
            return (refused.status.code, refused.headers[.retryAfter].flatMap { Int($0) })
        }
    }

    @Test("After a wrong one even the right one has to wait from there, which tells nothing; others come in at once")
    func slowed() async throws {
        let (gate, time) = try gate()
        #expect(try await Self.status("a", from: "guesser", at: gate).code == 401)
        let second = try await Self.status("b", from: "guesser", at: gate)
        #expect(second.code == 429 && second.pause == 1)
        #expect(try await Self.status(Self.right, from: "owner", at: gate).code == 200)
        #expect(try await Self.status(Self.right, from: "guesser", at: gate).code == 429)
        // What is known to be wrong costs nothing, and counts once.
        #expect(try await Self.status("a", from: "guesser", at: gate).code == 401)
        time.change { $0 += .milliseconds(500) }
        #expect(try await Self.status(Self.right, from: "guesser", at: gate).code == 200)
    }

    @Test("Of many guesses at once from one place one is looked at, and the right password from another comes in behind it")
    func flood() async throws {
        let log = Log()
        let (gate, _) = try gate(log)
        let codes = try await withThrowingTaskGroup(of: Int.self) { group in
            for guess in 0..<60 { group.addTask { try await Self.status("\(guess)", from: "guesser", at: gate).code } }
            group.addTask { try await Self.status(Self.right, from: "owner", at: gate).code }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(codes.count { $0 == 200 } == 1 && codes.count { $0 == 401 } == 1 && codes.count { $0 == 429 } == 59)
        #expect(log.lines.value.count { $0.contains("wrong password") } == 1)
    }

    @Test("Pauses double up to a minute, are forgotten after an hour, and of addresses there are never too many in memory")
    func book() {
        var book = GuessBook()
        var now = ContinuousClock.now
        var pauses: [Duration] = []
        for guess in 0..<12 {
            book.noteWrong([UInt8(guess)], from: "a", at: now)
            pauses.append(book.pause(of: "a", at: now) ?? .zero)
            now += pauses.last ?? .zero
            #expect(book.pause(of: "a", at: now) == nil)
        }
        #expect(pauses.prefix(4) == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4)])
        #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 } && pauses.last == .seconds(60))
        #expect(book.noteWrong([0], from: "a", at: now + .seconds(4_000)) == 1)
        for address in 0..<5_000 { book.noteWrong([], from: "\(address)", at: now) }
        #expect(book.addressCount == GuessBook.mostAddresses)
    }

    @Test(
        "An address is the connection's, or what a terminator on this machine names last; a network of IPv6 is one",
        arguments: [
            ("192.0.2.7", nil, "192.0.2.7"), ("192.0.2.7", "198.51.100.1", "192.0.2.7"),
            ("127.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
            ("::1", "198.51.100.1", "198.51.100.1"), ("127.0.0.1", "nonsense", "127.0.0.1"), ("127.0.0.1", nil, "127.0.0.1"),
            ("2001:db8:1:2::5", nil, "20:1:d:b8:0:1:0:2"), ("2001:db8:1:2:ffff::9", nil, "20:1:d:b8:0:1:0:2"),
            ("::ffff:192.0.2.7", nil, "192.0.2.7"),
        ] as [(String, String?, String)])
    func address(peer: String, forwarded: String?, address: String) {
        #expect(GuessBook.address(of: peer, forwarded: forwarded) == address)
    }
}
