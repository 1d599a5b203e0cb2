import Testing

@testable import Publishing

struct BackoffTests {
    @Test func `each failure waits twice as long as the one before, up to the ceiling, and success begins anew`() {
        var backoff = Backoff(shortest: .seconds(1), longest: .seconds(600))
        let pauses = (0..<40).map { _ in backoff.fail(wish: nil, random: 0) }
        let seconds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600]
        #expect(Array(pauses.prefix(11)) == seconds.map { Duration.seconds($0) })
        #expect(pauses.dropFirst(10).allSatisfy { $0 == .seconds(600) })
        backoff.succeed()
        #expect(backoff.fail(wish: nil, random: 0) == .seconds(1))
    }

    @Test func `chance shortens a pause by a quarter at most, and a wish prolongs it by a day at most`() {
        var backoff = Backoff(shortest: .seconds(100), longest: .seconds(100))
        #expect(backoff.fail(wish: nil, random: 1) == .seconds(75))
        #expect(backoff.fail(wish: .seconds(90), random: 0) == .seconds(100))
        #expect(backoff.fail(wish: .seconds(300), random: 0) == .seconds(300))
        #expect(backoff.fail(wish: .seconds(1_000_000), random: 0) == .seconds(86_400))
    }
}
