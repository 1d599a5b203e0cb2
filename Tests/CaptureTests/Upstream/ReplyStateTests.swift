import NIOCore
import Testing

@testable import Capture

@Suite("How long the cloud may take with a reply")
struct ReplyStateTests {
    private static func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(1_000_000_000) + .seconds(seconds) }

    private static func state() -> ReplyState {
        var limits = CaptureLimits()
        (limits.handshakeTime, limits.replySilence, limits.replyTime) = (.seconds(10), .seconds(60), .seconds(300))
        var state = ReplyState(limits: limits)
        state.connected(at: at(0))
        return state
    }

    @Test("The handshake has its own time")
    func handshake() {
        var state = Self.state()
        #expect(state.look(at: Self.at(10)) == nil)
        #expect(state.look(at: Self.at(11)) == .handshakeTooSlow)
        state.secured(at: Self.at(10))
        #expect(state.look(at: Self.at(70)) == nil)
    }

    @Test("Silence counts from when the cloud has got the request: not while a disk is flushed, nor while a long request goes out")
    func told() {
        var state = Self.state()
        state.secured(at: Self.at(0))
        state.asked(at: Self.at(0))
        #expect(state.look(at: Self.at(100)) == nil, "it has not been told a word")
        for second in [100, 140, 180] { state.told(at: Self.at(Int64(second))) }
        #expect(state.look(at: Self.at(240)) == nil)
        #expect(state.look(at: Self.at(241)) == .tooSlow)
    }

    @Test("Silence counts while the cloud is asked for more, not while the Envoy has yet to take what there is")
    func silence() {
        var state = Self.state()
        state.secured(at: Self.at(0))
        #expect(state.received(10, at: Self.at(50)) == nil)
        #expect(state.look(at: Self.at(200)) == nil)
        state.asked(at: Self.at(200))
        state.asked(at: Self.at(255))
        #expect(state.look(at: Self.at(260)) == nil)
        #expect(state.look(at: Self.at(261)) == .tooSlow)
    }

    @Test("However it drips, the whole has a time limit")
    func whole() {
        var state = Self.state()
        state.secured(at: Self.at(0))
        for second in 1...300 {
            state.asked(at: Self.at(Int64(second)))
            #expect(state.received(1, at: Self.at(Int64(second))) == nil)
        }
        #expect(state.look(at: Self.at(300)) == nil)
        #expect(state.look(at: Self.at(301)) == .tooSlow)
    }
}
