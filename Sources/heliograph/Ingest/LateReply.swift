import Archive
import Reports
import Spool
import Synchronization

/// What is not known in the cloud's reply to a report that it got later.
struct LateReply: Sendable {
    let stem: Stem
    let findings: [Finding]
    /// When it came, seconds since 1970 UTC.
    let timestamp: Int
}

/// Late replies until the archive has their reports. They live as long as the program: the replies themselves are in the spool.
final class LateReplies: Sendable {
    private static let limit = 1_000
    private let waiting = Mutex<[LateReply]>([])

    func add(_ reply: LateReply) {
        waiting.withLock { if $0.count < Self.limit { $0.append(reply) } }
    }

    /// Hands them to the archive; those whose report it has not yet wait on. Blocks.
    func keep(in archive: ArchiveWriter) throws {
        let replies = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for (index, reply) in replies.enumerated() {
            do {
                let isKept = try archive.keepBlocking(reply.findings, inLateReplyTo: reply.stem.description, at: reply.timestamp)
                if !isKept { add(reply) }
            } catch {
                for reply in replies[index...] { add(reply) }
                throw error
            }
        }
    }
}
