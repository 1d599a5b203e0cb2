import NIOCore

/// Where a connection from an Envoy stands, and which limits apply to it there. A value: it is told what happens, and says what to do.
struct RequestState {
    enum Look: Equatable {
        case wait
        /// As soon as what was said is taken.
        case close
        /// At once: what was said is not being taken.
        case cut
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
    /// Since when the connection waits only for what was said to be taken, or when some of that last was; nil while it goes on.
    private var leavingSince: NIODeadline?
    /// Requests that came in a row without waiting for replies, not yet answered.
    private var unanswered = 0
    /// Whether the request that is arriving waits for a word before it sends its body.
    private var awaitsContinue = false
    private var connectionBegan = NIODeadline.uptimeNanoseconds(0)

    init(limits: CaptureLimits, isSecured: Bool) {
        self.limits = limits
        phase = isSecured ? .idle : .handshake
    }

    mutating func started(at now: NIODeadline) {
        connectionBegan = now
        enter(phase, now)
    }

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

    /// True where it was the last that the connection may bring: its time is up.
    mutating func requestEnded(at now: NIODeadline) -> Bool {
        unanswered += 1
        phase = .answering
        awaitsContinue = false
        return isOver(at: now)
    }

    mutating func asksToContinue() { awaitsContinue = true }

    /// Whether the client should be told now to send its body; once.
    mutating func maySayContinue() -> Bool {
        guard awaitsContinue, unanswered == 0 else { return false }
        awaitsContinue = false
        return true
    }

    /// True where the connection should close now.
    mutating func replyFinished(at now: NIODeadline) -> Bool {
        unanswered -= 1
        if unanswered == 0 { enter(phase == .answering ? .idle : phase, now) }
        return (isQuiescing || isOver(at: now)) && phase == .idle
    }

    /// The program is stopping. True where the connection has nothing under way and should close now.
    mutating func quiesce() -> Bool {
        isQuiescing = true
        return phase == .idle || phase == .handshake
    }

    mutating func writability(_ isWritable: Bool, at now: NIODeadline) {
        stalledSince = isWritable ? nil : now
        if isWritable, leavingSince != nil { leavingSince = now }
    }

    /// The connection is to close once what was said is taken, and nothing more is read. False where nothing can have been said yet.
    mutating func leave(at now: NIODeadline) -> Bool {
        guard phase != .handshake else { return false }
        leavingSince = now
        return true
    }

    mutating func refused() {
        awaitsContinue = false
        enter(.refused, .now())
    }

    /// A request could not be taken, and has had its reply; whatever came after it is not answered any more.
    mutating func gaveUp(at now: NIODeadline) {
        unanswered = 0
        awaitsContinue = false
        enter(.refused, now)
    }

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
        if let since = stalledSince ?? leavingSince, now - since > limits.idle { return .cut }
        guard leavingSince == nil else { return .wait }
        // What comes after a request that is being answered is not read on, and not judged, before the answer is out.
        guard unanswered == 0 else { return .wait }
        return switch phase {
        case .handshake where now - phaseBegan > limits.handshakeTime: .refuse(.silent)
        case .idle where now - phaseBegan > limits.idle || isOver(at: now): .close
        case .receiving where now - lastByte > limits.idle || now - phaseBegan > limits.requestTime:
            .refuse(.tooSlow(afterBytes: receivedBytes))
        case .refused where now - phaseBegan > Self.lingering: .close
        default: .wait
        }
    }

    /// Whether the connection has had its time. What is under way is finished all the same.
    private func isOver(at now: NIODeadline) -> Bool { now - connectionBegan > limits.connectionTime }

    private mutating func enter(_ next: Phase, _ now: NIODeadline) {
        phase = next
        phaseBegan = now
        lastByte = now
    }
}
