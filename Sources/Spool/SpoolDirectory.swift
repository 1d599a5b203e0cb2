import Synchronization
import SystemPackage

/// The folder where every exchange is written down before anything else happens to it.
///
/// The format, for whoever reads the folder without this program: each exchange has a ``Stem``, and one file for each
/// ``ExchangeFile`` it has come to, `STEM.request`, `STEM.response` and so on. A file that carries such a name is whole:
/// it was written and flushed under a hidden name (`.STEM.request.partial`), then renamed, then the folder was flushed.
/// A `request` without a `response` is an exchange under way, or one that a crash cut off; when both have been read,
/// ``Filing`` moves them out of the root.
/// One process writes at a time (`.lock` is held with flock); any number may read.
public final class SpoolDirectory: Sendable {
    public let path: FilePath
    /// What the start found to be cleaned up.
    public let recovery: Recovery

    let spilling = BlockingQueue("spool.spill")
    private let committer: GroupCommitter
    let folder: FileDescriptor
    /// What of the recovery waits for room.
    let unsettled: Mutex<[Stem]>
    private let lock: FileDescriptor

    /// Makes the folder where it is missing, takes it for this process, and cleans up what a crash left.
    ///
    /// Blocking. Throws where the folder can't be made, is not writable, or another process holds it; a disk that is full is no reason.
    public init(_ path: FilePath) throws(SpoolError) {
        self.path = path
        try Files.createFolder(path)
        folder = try Files.openFolder(path)
        lock = try Files.lock(path)
        recovery = try Recovery(of: path, folder)
        unsettled = Mutex(recovery.unsettled)
        committer = GroupCommitter(folder: folder, path: path)
    }

    deinit {
        // Read-only and lock descriptors: closing them can lose nothing.
        try? folder.close()
        try? lock.close()
    }

    /// Starts a file of an exchange. Nothing is on the disk yet.
    public func draft(_ file: ExchangeFile, of stem: Stem) -> Draft { Draft(stem, file, in: self) }

    /// Makes a file durable and gives it its name. Returns when a power cut can no longer take it away.
    public func commit(_ draft: Draft) async throws(SpoolError) -> StoredFile {
        let result = await withCheckedContinuation { continuation in
            committer.enqueue(draft, isAwaited: true) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// The same without waiting: `completion` is called on the spool's own thread and must not block.
    ///
    /// - Parameter isAwaited: Where nobody waits for the file, it goes some milliseconds later, with others.
    public func enqueue(
        _ draft: Draft, isAwaited: Bool = false, then completion: @escaping @Sendable (Result<StoredFile, SpoolError>) -> Void
    ) {
        committer.enqueue(draft, isAwaited: isAwaited, then: completion)
    }

    /// Waits until everything given to ``enqueue(_:then:)`` before is on the disk.
    public func drain() async { await committer.drain() }
}
