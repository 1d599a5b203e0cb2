import Synchronization
import SystemPackage

/// Makes files durable, many at a time: while one group is on its way to the disk, the next gathers, and all of a group
/// share one flush of the folder. On an SD card, where a flush takes 10 to 100 ms, that is the difference between
/// a dozen reports a second and hundreds.
///
/// The order for each file: written, fsynced, renamed into place; then, once for the group, the folder fsynced.
/// Only then is anyone told. What nobody waits for goes with the next group, or after ``patience``.
final class GroupCommitter: Sendable {
    typealias Completion = @Sendable (Result<StoredFile, SpoolError>) -> Void
    private struct Entry: Sendable {
        var draft: Draft
        var completion: Completion
    }
    private struct Waiting {
        var entries: [Entry] = []
        /// Whether the queue has been told to take them, at once or in a while.
        var isCalled = false
        var isCalledLater = false
    }

    /// How long a file that nobody waits for may wait for others to go with.
    private static let patience = Duration.milliseconds(25)

    private let waiting = Mutex(Waiting())
    private let queue = BlockingQueue("spool.commit")
    private let folder: FileDescriptor
    private let folderPath: FilePath

    init(folder: FileDescriptor, path: FilePath) {
        self.folder = folder
        folderPath = path
    }

    /// Returns at once; `completion` is called from the committer's thread, when the file is durable or has failed.
    ///
    /// - Parameter isAwaited: Whether somebody waits for it.
    func enqueue(_ draft: Draft, isAwaited: Bool, then completion: @escaping Completion) {
        let (calls, callsLater) = waiting.withLock { waiting in
            waiting.entries.append(Entry(draft: draft, completion: completion))
            let calls = isAwaited && !waiting.isCalled
            let callsLater = !isAwaited && !waiting.isCalled && !waiting.isCalledLater
            if calls { waiting.isCalled = true }
            if callsLater { waiting.isCalledLater = true }
            return (calls, callsLater)
        }
        if calls { queue.submit { self.commitGroup() } }
        if callsLater { queue.submit(after: Self.patience) { self.commitGroup() } }
    }

    /// Waits until all that was enqueued before has been committed.
    func drain() async { await queue.perform { self.commitGroup() } }

    private func commitGroup() {
        let group = waiting.withLock { waiting in
            defer { waiting = Waiting() }
            return waiting.entries
        }
        guard !group.isEmpty else { return }
        let opened = group.map { entry in Result { () throws(SpoolError) in try entry.draft.writeOut() } }
        if group.count > 1 { for case .success(let descriptor) in opened { Files.beginWriteback(descriptor) } }
        var results = zip(group, opened).map { entry, opened in
            Result { () throws(SpoolError) in try place(entry.draft, opened.get()) }
        }
        do throws(SpoolError) { try Files.synchronise(folder, folderPath) } catch {
            // The files are whole, but a power cut may forget their names: nobody may be told of success.
            results = results.map { _ in .failure(error) }
        }
        for (entry, result) in zip(group, results) { entry.completion(result) }
    }

    private func place(_ draft: Draft, _ descriptor: FileDescriptor) throws(SpoolError) -> StoredFile {
        do throws(SpoolError) {
            try Files.synchronise(descriptor, draft.partialPath)
            try Files.rename(draft.partialPath, to: draft.finalPath)
        } catch {
            draft.removePartial(closing: descriptor)
            throw error
        }
        // Closing after a successful fsync has nothing left to report.
        try? descriptor.close()
        return StoredFile(draft)
    }
}
