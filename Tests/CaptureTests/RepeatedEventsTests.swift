import NIOCore
import Testing

@testable import Capture

@Suite("What happens again and again is said once an hour, with a count")
struct RepeatedEventsTests {
    private static func at(_ minutes: Int64) -> NIODeadline { .uptimeNanoseconds(1) + .minutes(minutes) }
    private static let key = RepeatedEvents.Key(name: "not_tls", address: "192.0.2.1")

    @Test("The first is said, those within the hour are counted, the next after it tells how many")
    func hour() {
        let events = RepeatedEvents()
        #expect(events.verdict(on: Self.key, at: Self.at(0)) == .say)
        for minute in 1...59 { #expect(events.verdict(on: Self.key, at: Self.at(Int64(minute))) == .passOver) }
        #expect(events.verdict(on: Self.key, at: Self.at(60)) == .sum(59))
        #expect(events.verdict(on: Self.key, at: Self.at(61)) == .passOver)
        #expect(events.verdict(on: Self.key, at: Self.at(121)) == .sum(1))
        #expect(events.verdict(on: Self.key, at: Self.at(300)) == .say, "with none to sum up it is news again")
    }

    @Test("Another address, and another event, are news of their own")
    func others() {
        let events = RepeatedEvents()
        #expect(events.verdict(on: Self.key, at: Self.at(0)) == .say)
        #expect(events.verdict(on: .init(name: "not_tls", address: "192.0.2.2"), at: Self.at(0)) == .say)
        #expect(events.verdict(on: .init(name: "silent", address: "192.0.2.1"), at: Self.at(0)) == .say)
    }

    @Test("However many there are, only the newest are remembered")
    func bounded() {
        let events = RepeatedEvents()
        for number in 0..<5000 {
            #expect(events.verdict(on: .init(name: "x", address: "\(number)"), at: Self.at(0) + .nanoseconds(Int64(number))) == .say)
        }
        #expect(events.verdict(on: .init(name: "x", address: "4999"), at: Self.at(1)) == .passOver)
        #expect(events.verdict(on: .init(name: "x", address: "0"), at: Self.at(1)) == .say, "forgotten")
    }
}
