import NIOCore
import Spool

/// What of a request was made safe, and where its reply is kept.
struct KeptRequest: Sendable {
    var bytes: RequestBytes
    /// nil where the disk failed, and the owner chose to forward all the same.
    var reply: Draft?
}

/// The two places where a reply goes as it comes: to the Envoy, and into the spool. The spool's copy goes on when the Envoy has hung up.
///
/// It is a gate, too: it opens when the request is safe on the disk, and nothing passes before.
struct ReplyOutlet {
    enum Ending: Sendable, Equatable {
        case pending
        case whole(status: Int?, keepsAlive: Bool)
        case failed(UpstreamFailure)

        /// Whether the cloud may have taken the request, by the status of its reply.
        var isTaken: Bool { if case .whole(let status?, _) = self { 200..<300 ~= status } else { false } }
    }

    private enum Gate {
        /// The future has nil for a request that could not be kept and must not be forwarded.
        case closed(EventLoopFuture<KeptRequest?>)
        case open(RequestBytes)
        case locked
    }

    private let envoy: NIOAsyncChannelOutboundWriter<ReplyPart>
    private var gate: Gate
    private var draft: Draft?
    private(set) var isEnvoyGone = false
    /// Whether the Envoy has its answer: what the cloud says from then on is kept, and does not reach it.
    private(set) var isAnswered = false
    /// What the cloud said, as far as it is as short as a reply to a report is.
    private(set) var heard: [UInt8] = []
    private static let heardLimit = 64 << 10
    /// Whether that says that the report is taken, once it has been judged.
    var verdict: Bool?
    private(set) var spoolError: SpoolError?
    private(set) var count = 0
    private(set) var ending = Ending.pending

    init(to envoy: NIOAsyncChannelOutboundWriter<ReplyPart>, after kept: EventLoopFuture<KeptRequest?>) {
        self.envoy = envoy
        gate = .closed(kept)
    }

    /// Waits until the request is safe, and gives its bytes; nil where it can't be made so: then there is nothing to do.
    mutating func open() async -> RequestBytes? {
        switch gate {
        case .open(let bytes): return bytes
        case .locked: return nil
        case .closed(let kept):
            // The future never fails: that a request could not be kept is a value.
            guard let kept = try? await kept.get() else {
                gate = .locked
                return nil
            }
            gate = .open(kept.bytes)
            draft = kept.reply
            return kept.bytes
        }
    }

    /// Whether the request could not be kept, and so was not answered by anybody.
    var isLocked: Bool { if case .locked = gate { true } else { false } }

    /// The exchange, once its request is safe; nil before, and where the request goes on unkept.
    var exchange: Stem? { draft?.stem }

    /// Tells the Envoy what was made here, and closes its connection.
    mutating func answer(_ bytes: ByteBuffer) async {
        await tell(.bytes(bytes))
        await tell(.last)
        isAnswered = true
    }

    mutating func send(_ bytes: ByteBuffer) async {
        count += bytes.readableBytes
        if spoolError == nil {
            do throws(SpoolError) { try await draft?.append(bytes.readableBytesView) } catch { spoolError = error }
        }
        heard += bytes.readableBytesView.prefix(Self.heardLimit - heard.count)
        if !isAnswered { await tell(.bytes(bytes)) }
    }

    mutating func end(_ summary: ReplySummary) {
        ending = .whole(status: summary.status, keepsAlive: summary.keepsAlive)
    }

    /// The reply did not come, or not whole. Where nothing of it has gone out, the Envoy hears a status that says so.
    mutating func fail(_ failure: UpstreamFailure) async {
        guard await open() != nil else { return }
        ending = .failed(failure)
        guard count == 0, !isAnswered else { return }
        await tell(.bytes(OwnReply.status(failure.status, "no reply from the cloud: \(failure)", retryAfter: failure == .off ? 300 : nil)))
    }

    /// True where the same connection may bring another request.
    mutating func close() async -> Bool {
        guard !isAnswered, case .whole(_, keepsAlive: true) = ending else { return false }
        await tell(.finished)
        return !isEnvoyGone
    }

    /// Hands the spool what was collected; `completion` hears of each file.
    func settle(_ spool: SpoolDirectory, then completion: @escaping @Sendable (Result<StoredFile, SpoolError>) -> Void) async {
        guard var draft else { return }
        if let spoolError {
            await draft.discard()
            return completion(.failure(spoolError))
        }
        if case .failed(let failure) = ending {
            let isPartial = draft.count > 0
            var note = spool.draft(isPartial ? .incomplete : .response, of: draft.stem)
            let text = isPartial ? "incomplete reply: \(failure)\n" : "\(ExchangeFile.noReply)\(failure)\n"
            do throws(SpoolError) { try await note.append(Array(text.utf8)) } catch { return completion(.failure(error)) }
            // The response comes last: with it the exchange is settled.
            if isPartial { spool.enqueue(note) { if case .failure = $0 { completion($0) } } } else { draft = note }
        }
        spool.enqueue(draft, then: completion)
    }

    private mutating func tell(_ part: ReplyPart) async {
        guard !isEnvoyGone else { return }
        // The Envoy may hang up at any time; the exchange goes on without it.
        do { try await envoy.write(part) } catch { isEnvoyGone = true }
    }
}
