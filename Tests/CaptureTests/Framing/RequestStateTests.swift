import NIOCore
import Testing

@testable import Capture

@Suite("Where a connection stands, and which limit applies there")
struct RequestStateTests {
    private static let limits: CaptureLimits = {
        var limits = CaptureLimits()
        (limits.handshakeTime, limits.idle, limits.requestTime) = (.seconds(10), .seconds(30), .seconds(300))
        (limits.requestHead, limits.requestBody) = (100, 1000)
        return limits
    }()

    private static func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(1_000_000_000) + .seconds(seconds) }

    private static func state(secured: Bool = true) -> RequestState {
        var state = RequestState(limits: limits, isSecured: secured)
        state.started(at: at(0))
        return state
    }

    @Test("A handshake has its own time")
    func handshake() {
        var state = Self.state(secured: false)
        #expect(state.look(at: Self.at(10)) == .wait)
        #expect(state.look(at: Self.at(11)) == .refuse(.silent))
        state.secured(at: Self.at(9))
        #expect(state.look(at: Self.at(38)) == .wait)
        #expect(state.look(at: Self.at(40)) == .close, "and then it is idle")
    }

    @Test("Between requests silence ends it without a word; within one it is refused")
    func silence() {
        var state = Self.state()
        #expect(state.look(at: Self.at(31)) == .close)
        #expect(state.received(10, at: Self.at(5)) == nil)
        #expect(state.look(at: Self.at(35)) == .wait)
        #expect(state.look(at: Self.at(36)) == .refuse(.tooSlow(afterBytes: 10)))
        #expect(state.closed() == .brokeOff(afterBytes: 10))
    }

    @Test("A drip does not extend the time for a whole request")
    func drip() {
        var state = Self.state()
        for second in 0...300 { #expect(state.received(1, at: Self.at(Int64(second))) == nil) }
        #expect(state.look(at: Self.at(300)) == .wait)
        #expect(state.look(at: Self.at(301)) == .refuse(.tooSlow(afterBytes: 301)))
    }

    @Test("While a request is answered the clock is not the Envoy's, unless it takes nothing of the answer")
    func answering() {
        var state = Self.state()
        _ = state.received(10, at: Self.at(0))
        _ = state.requestEnded(at: Self.at(0))
        #expect(state.look(at: Self.at(10_000)) == .wait)
        #expect(state.closed() == nil, "its end in between breaks nothing off")
        state = Self.state()
        _ = state.received(10, at: Self.at(0))
        _ = state.requestEnded(at: Self.at(0))
        state.writability(false, at: Self.at(100))
        #expect(state.look(at: Self.at(130)) == .wait)
        #expect(state.look(at: Self.at(131)) == .cut)
        state.writability(true, at: Self.at(131))
        #expect(state.look(at: Self.at(1000)) == .wait)
    }

    @Test("The bytes of a request, head and body, are bounded, and counted afresh for the next")
    func bytes() {
        var state = Self.state()
        #expect(state.received(1100, at: Self.at(0)) == nil)
        _ = state.requestEnded(at: Self.at(0))
        #expect(state.received(1100, at: Self.at(0)) == nil)
        #expect(state.received(1, at: Self.at(0)) == .bodyTooLarge(limit: 1000))
    }

    @Test("Told to stop, an idle connection closes at once, and a busy one after its last answer")
    func quiesce() {
        var state = Self.state()
        #expect(state.quiesce() == true)
        state = Self.state()
        _ = state.received(1, at: Self.at(0))
        #expect(state.quiesce() == false)
        _ = state.requestEnded(at: Self.at(0))
        #expect(state.replyFinished(at: Self.at(1)) == true)
        state = Self.state()
        for _ in 1...2 {
            _ = state.received(1, at: Self.at(0))
            _ = state.requestEnded(at: Self.at(0))
        }
        #expect(state.quiesce() == false)
        #expect(state.replyFinished(at: Self.at(1)) == false, "one is still to be answered")
        #expect(state.replyFinished(at: Self.at(2)) == true)
    }

    @Test("After a refusal nothing counts any more, and it lingers for two seconds")
    func refused() {
        var state = Self.state()
        _ = state.received(1, at: Self.at(0))
        state.refused()
        #expect(state.failed(FramingViolation(rule: .nulByte)) == nil)
        #expect(state.closed() == nil)
        #expect(state.look(at: .now() + .seconds(1)) == .wait)
        #expect(state.look(at: .now() + .seconds(4)) == .close)
    }

    @Test("What came after a request is not judged, nor the connection ended, before that request is answered")
    func pipelined() {
        var state = Self.state()
        _ = state.received(10, at: Self.at(0))
        _ = state.requestEnded(at: Self.at(0))
        _ = state.received(5, at: Self.at(1))
        #expect(state.look(at: Self.at(400)) == .wait, "half of a second request")
        #expect(state.replyFinished(at: Self.at(400)) == false)
        #expect(state.look(at: Self.at(430)) == .wait)
        #expect(state.look(at: Self.at(431)) == .refuse(.tooSlow(afterBytes: 5)))

        state = Self.state()
        _ = state.received(10, at: Self.at(0))
        _ = state.requestEnded(at: Self.at(0))
        _ = state.received(5, at: Self.at(1))
        state.refused()
        #expect(state.look(at: .now() + .hours(1)) == .wait, "a second request that is refused")
        _ = state.replyFinished(at: Self.at(60))
        #expect(state.look(at: Self.at(62)) == .wait)
        #expect(state.look(at: Self.at(63)) == .close)
    }

    @Test("A connection has its time: between requests it ends, and what is under way is finished, but nothing after it is taken")
    func connectionTime() {
        var state = Self.state()
        for second in stride(from: Int64(0), through: 3580, by: 20) {
            _ = state.received(1, at: Self.at(second))
            #expect(state.requestEnded(at: Self.at(second)) == false)
            #expect(state.replyFinished(at: Self.at(second + 1)) == false)
        }
        #expect(state.look(at: Self.at(3600)) == .wait)
        #expect(state.look(at: Self.at(3601)) == .close, "between requests")
        _ = state.received(1, at: Self.at(3600))
        #expect(state.look(at: Self.at(3601)) == .wait, "within one")
        #expect(state.requestEnded(at: Self.at(3610)) == true, "the last")
        #expect(state.look(at: Self.at(3700)) == .wait, "it is being answered")
        #expect(state.replyFinished(at: Self.at(3700)) == true)
    }

    @Test("Who waits for a word before it sends its body hears it once, and not before the replies to earlier requests are out")
    func awaitsContinue() {
        var state = Self.state()
        #expect(state.maySayContinue() == false)
        state.asksToContinue()
        #expect(state.maySayContinue() == true)
        #expect(state.maySayContinue() == false)
        _ = state.received(10, at: Self.at(0))
        _ = state.requestEnded(at: Self.at(0))
        state.asksToContinue()
        #expect(state.maySayContinue() == false, "the first is being answered")
        _ = state.replyFinished(at: Self.at(1))
        #expect(state.maySayContinue() == true)
        _ = state.requestEnded(at: Self.at(1))
        state.asksToContinue()
        _ = state.requestEnded(at: Self.at(1))
        _ = state.replyFinished(at: Self.at(2))
        _ = state.replyFinished(at: Self.at(2))
        #expect(state.maySayContinue() == false, "it did not wait")
    }

    @Test("Where a request could not be taken the connection ends, whatever has arrived behind it")
    func gaveUp() {
        var state = Self.state()
        for _ in 1...2 {
            _ = state.received(1, at: Self.at(0))
            _ = state.requestEnded(at: Self.at(0))
        }
        state.gaveUp(at: Self.at(1))
        #expect(state.look(at: Self.at(3)) == .wait)
        #expect(state.look(at: Self.at(4)) == .close)
    }
}
