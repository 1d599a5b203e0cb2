import Logging
import NIOCore
import Testing

@testable import Capture

@Suite("What happens again and again is said once an hour, with a count")
struct RepeatedEventsTests {
    private static func at(_ minutes: Int64) -> NIODeadline { .uptimeNanoseconds(1) + .minutes(minutes) }
    private static let key = RepeatedEvents.Key(name: "not_tls", address: "192.0.2.1")
    private static let event = RepeatedEvents.Event(message: "refused", level: .warning, facts: ["address": "192.0.2.1"])

    @Test("The first is said, those within the hour are counted, the next after it tells how many")
    func hour() {
        let events = RepeatedEvents()
        #expect(events.verdict(on: Self.key, Self.event, at: Self.at(0)) == .say)
        for minute in 1...59 { #expect(events.verdict(on: Self.key, Self.event, at: Self.at(Int64(minute))) == .passOver) }
        #expect(events.verdict(on: Self.key, Self.event, at: Self.at(60)) == .sum(59))
        #expect(events.verdict(on: Self.key, Self.event, at: Self.at(61)) == .passOver)
        #expect(events.verdict(on: Self.key, Self.event, at: Self.at(121)) == .sum(1))
        #expect(events.verdict(on: Self.key, Self.event, at: Self.at(300)) == .say, "with none to sum up it is news again")
    }

    @Test("What was only counted is told when its hour is over, or at the end, also if it does not happen again")
    func summedUp() {
        let events = RepeatedEvents()
        for minute in 0...5 { _ = events.verdict(on: Self.key, Self.event, at: Self.at(Int64(minute))) }
        _ = events.verdict(on: .init(name: "silent", address: "192.0.2.1"), Self.event, at: Self.at(1))
        #expect(events.sums(at: Self.at(59), atEnd: false).isEmpty)
        #expect(events.sums(at: Self.at(60), atEnd: false).map(\.count) == [5])
        #expect(events.sums(at: Self.at(61), atEnd: false).isEmpty, "once, and of what happened once there is nothing to sum up")
        #expect(events.verdict(on: Self.key, Self.event, at: Self.at(62)) == .say)
        #expect(events.verdict(on: Self.key, Self.event, at: Self.at(63)) == .passOver)
        let rest = events.sums(at: Self.at(64), atEnd: true)
        #expect(rest.map(\.count) == [1] && rest.first?.event.level == .warning)
    }

    @Test("Another address, and another event, are news of their own")
    func others() {
        let events = RepeatedEvents()
        #expect(events.verdict(on: Self.key, Self.event, at: Self.at(0)) == .say)
        #expect(events.verdict(on: .init(name: "not_tls", address: "192.0.2.2"), Self.event, at: Self.at(0)) == .say)
        #expect(events.verdict(on: .init(name: "silent", address: "192.0.2.1"), Self.event, at: Self.at(0)) == .say)
    }

    @Test("However many there are, only the newest are remembered")
    func bounded() {
        let events = RepeatedEvents()
        for number in 0..<5000 {
            let key = RepeatedEvents.Key(name: "x", address: "\(number)")
            #expect(events.verdict(on: key, Self.event, at: Self.at(0) + .nanoseconds(Int64(number))) == .say)
        }
        #expect(events.verdict(on: .init(name: "x", address: "4999"), Self.event, at: Self.at(1)) == .passOver)
        #expect(events.verdict(on: .init(name: "x", address: "0"), Self.event, at: Self.at(1)) == .say, "forgotten")
    }
}
