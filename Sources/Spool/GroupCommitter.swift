import Synchronization
import SystemPackage

/// Makes files durable, many at a time: while one group is on its way to the disk, the next gathers, and all of a group
/// share one flush of the folder. On an SD card, where a flush takes 10 to 100 ms, that is the difference between
/// a dozen reports a second and hundreds.
///
/// The order for each file: written, fsynced, renamed into place; then, once for the group, the folder fsynced.
/// Only then is anyone told.
final class GroupCommitter: Sendable {
    typealias Completion = @Sendable (Result<StoredFile, SpoolError>) -> Void
    private struct Entry: Sendable {
        var draft: Draft
        var completion: Completion
    }

    private let waiting = Mutex<[Entry]>([])
    private let queue = BlockingQueue("spool.commit")
    private let folder: FileDescriptor
    private let folderPath: FilePath

    init(folder: FileDescriptor, path: FilePath) {
        self.folder = folder
        folderPath = path
    }

    /// Returns at once; `completion` is called from the committer's thread, when the file is durable or has failed.
    func enqueue(_ draft: Draft, then completion: @escaping Completion) {
        let isFirst = waiting.withLock { waiting in
            waiting.append(Entry(draft: draft, completion: completion))
            return waiting.count == 1
        }
        if isFirst { queue.submit { self.commitGroup() } }
    }

    /// Waits until all that was enqueued before has been committed.
    func drain() async { await queue.perform { self.commitGroup() } }

    private func commitGroup() {
        let group = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        guard !group.isEmpty else { return }
        let opened = group.map { entry in Result { () throws(SpoolError) in try entry.draft.writeOut() } }
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
