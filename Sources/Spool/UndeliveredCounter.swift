import Synchronization
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Counts what is undelivered for those who ask often: the folders are read only when something has changed in them, for years without a
/// cloud leave hundreds of thousands of names. Blocking.
public final class UndeliveredCounter: Sendable {
    private struct State {
        var changes: [Change?] = []
        var counts = Undelivered.Counts()
    }

    /// When a folder's names last changed.
    private struct Change: Equatable {
        var seconds: Int
        var nanoseconds: Int
    }

    private let undelivered: Undelivered
    private let state = Mutex(State())

    public init(_ undelivered: Undelivered) { self.undelivered = undelivered }

    public func counts() throws(SpoolError) -> Undelivered.Counts {
        // Looked at before they are read: what changes meanwhile is counted the next time.
        let changes = undelivered.folders.map(Self.change)
        if let known = state.withLock({ $0.changes == changes ? $0.counts : nil }) { return known }
        let counts = try undelivered.counts()
        // A file system tells two changes within one tick of its clock as one: only what has rested for a while is remembered.
        let now = time(nil)
        let isResting = changes.allSatisfy { $0.map { $0.seconds < now - 1 } ?? true }
        state.withLock { $0 = State(changes: isResting ? changes : [], counts: counts) }
        return counts
    }

    private static func change(_ folder: FilePath) -> Change? {
        var info = stat()
        guard stat(folder.string, &info) == 0 else { return nil }
        #if canImport(Darwin)
            return Change(seconds: info.st_mtimespec.tv_sec, nanoseconds: info.st_mtimespec.tv_nsec)
        #else
            return Change(seconds: Int(info.st_mtim.tv_sec), nanoseconds: Int(info.st_mtim.tv_nsec))
        #endif
    }
}
