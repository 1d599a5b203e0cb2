import NIOCore

/// Where a connection from an Envoy stands, and which limits apply to it there. A value: it is told what happens, and says what to do.
struct RequestState {
    enum Look: Equatable {
        case wait
        case close
        case refuse(Refusal)
    }
    private enum Phase: Equatable {
        case handshake
        /// Between requests; nothing of the next has arrived.
        case idle
        case receiving
        /// A whole request is being answered; the clock is not the Envoy's.
        case answering
        /// Refused: the rest is thrown away until the other side closes, for ``lingering`` at most.
        case refused
    }

    /// How long a refused connection stays open, so that the other side can read why before a reset takes it away.
    private static let lingering = TimeAmount.seconds(2)

    private let limits: CaptureLimits
    private var phase: Phase
    private var isQuiescing = false
    private var receivedBytes = 0
    private var phaseBegan = NIODeadline.uptimeNanoseconds(0)
    private var lastByte = NIODeadline.uptimeNanoseconds(0)
    /// Since when what we send is not being taken; nil while it is.
    private var stalledSince: NIODeadline?
    /// Requests that came in a row without waiting for replies, not yet answered.
    private var unanswered = 0

    init(limits: CaptureLimits, isSecured: Bool) {
        self.limits = limits
        phase = isSecured ? .idle : .handshake
    }

    mutating func started(at now: NIODeadline) { enter(phase, now) }

    mutating func secured(at now: NIODeadline) { if phase == .handshake { enter(.idle, now) } }

    /// Counts bytes of the present request; a refusal where they pass a limit.
    mutating func received(_ count: Int, at now: NIODeadline) -> Refusal? {
        if phase != .receiving {
            receivedBytes = 0
            enter(.receiving, now)
        }
        lastByte = now
        receivedBytes += count
        return receivedBytes > limits.requestHead + limits.requestBody ? .bodyTooLarge(limit: limits.requestBody) : nil
    }

    mutating func requestEnded() {
        unanswered += 1
        phase = .answering
    }

    /// True where the connection should close now.
    mutating func replyFinished(at now: NIODeadline) -> Bool {
        unanswered -= 1
        if unanswered == 0 { enter(phase == .answering ? .idle : phase, now) }
        return isQuiescing && phase == .idle
    }

    /// The program is stopping. True where the connection has nothing under way and should close now.
    mutating func quiesce() -> Bool {
        isQuiescing = true
        return phase == .idle || phase == .handshake
    }

    mutating func writability(_ isWritable: Bool, at now: NIODeadline) { stalledSince = isWritable ? nil : now }

    mutating func refused() { enter(.refused, .now()) }

    mutating func failed(_ error: any Error) -> Refusal? {
        guard phase != .refused else { return nil }
        if let refusal = Refusal(error, duringHandshake: phase == .handshake) { return refusal }
        return nil
    }

    mutating func closed() -> Refusal? {
        defer { phase = .refused }
        return phase == .receiving ? .brokeOff(afterBytes: receivedBytes) : nil
    }

    func nextLook(after now: NIODeadline) -> NIODeadline { now + min(limits.idle, .seconds(1)) }

    func look(at now: NIODeadline) -> Look {
        if let stalledSince, now - stalledSince > limits.idle { return .close }
        // What comes after a request that is being answered is not read on, and not judged, before the answer is out.
        guard unanswered == 0 else { return .wait }
        return switch phase {
        case .handshake where now - phaseBegan > limits.handshakeTime: .refuse(.silent)
        case .idle where now - phaseBegan > limits.idle: .close
        case .receiving where now - lastByte > limits.idle || now - phaseBegan > limits.requestTime:
            .refuse(.tooSlow(afterBytes: receivedBytes))
        case .refused where now - phaseBegan > Self.lingering: .close
        default: .wait
        }
    }

    private mutating func enter(_ next: Phase, _ now: NIODeadline) {
        phase = next
        phaseBegan = now
        lastByte = now
    }
}
