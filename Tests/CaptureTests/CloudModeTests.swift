import Synchronization
import Testing

@testable import Capture

@Suite("How long the cloud has been away decides who answers")
struct CloudModeTests {
    private static let minute: CloudMode.Rules = {
        var rules = CloudMode.Rules()
        rules.answerAfterSeconds = 60
        return rules
    }()

    @Test("A clock that leaps makes no outage long")
    func clockLeaps() {
        let mode = CloudMode(.forward, Self.minute, at: 0)
        mode.note(isTaken: false, at: 1_000)
        let value = mode.value
        #expect(value.outageSinceTimestamp == 1_000)
        #expect(!value.standsIn(at: 1_700_000_000), "the clock was put right")
        #expect(value.standsIn(at: 1_060, now: .now + .seconds(60)))
        #expect(!value.standsIn(at: 1_059, now: .now + .seconds(60)))
    }

    @Test("An outage that began before the program did counts as it was noted")
    func began() {
        let mode = CloudMode(.forward, Self.minute, at: 2_000, outageSinceTimestamp: 1_000)
        #expect(mode.value.standsIn(at: 2_000))
        mode.note(isTaken: false, at: 2_000)
        #expect(mode.value.standsIn(at: 2_000), "it goes on")
    }

    @Test("That the Envoy is answered here is told when it begins and when it ends, once")
    func told() {
        let told = Mutex<[Bool]>([])
        let mode = CloudMode(
            .forward, Self.minute, at: 2_000, outageSinceTimestamp: 1_950,
            standInChanged: { standsIn in told.withLock { $0.append(standsIn) } })
        for timestamp in [2_000, 2_009, 2_010, 2_020] { _ = mode.meet(at: timestamp) }
        #expect(told.withLock { $0 } == [true])
        mode.note(isTaken: true, at: 2_021)
        _ = mode.meet(at: 2_022)
        #expect(told.withLock { $0 } == [true, false])
    }

    @Test("A clock that was put right during an outage puts right since when it is")
    func clockPutRight() {
        let told = Mutex<[Int?]>([])
        let mode = CloudMode(.forward, Self.minute, at: 0, outageChanged: { since in told.withLock { $0.append(since) } })
        let began = ContinuousClock.now
        mode.note(isTaken: false, at: 1_000, now: began)
        mode.note(isTaken: false, at: 1_300, now: began + .seconds(300))
        #expect(told.withLock { $0 } == [1_000], "it goes on")
        mode.note(isTaken: false, at: 1_700_000_400, now: began + .seconds(400))
        #expect(told.withLock { $0 } == [1_000, 1_700_000_000] && mode.value.outageSinceTimestamp == 1_700_000_000)
        mode.note(isTaken: true, at: 1_700_000_500)
        #expect(told.withLock { $0 } == [1_000, 1_700_000_000, nil])
    }

    @Test("A whole reply counts as what it says of the report, not by its status")
    func judged() {
        let mode = CloudMode(.forward, Self.minute, at: 0)
        let whole = ReplyOutlet.Ending.whole(status: 200, keepsAlive: false)
        mode.note(whole, isTaken: false, at: 1_000)
        #expect(mode.value.outageSinceTimestamp == 1_000)
        mode.note(whole, isTaken: false, at: 1_001)
        #expect(mode.value.outageSinceTimestamp == 1_000, "it ends none")
        mode.note(whole, isTaken: true, at: 1_002)
        #expect(mode.value.outageSinceTimestamp == nil)
        mode.note(.failed(.notAsked), isTaken: false, at: 1_003)
        #expect(mode.value.outageSinceTimestamp == nil, "what was not asked of it says nothing")
    }
}
