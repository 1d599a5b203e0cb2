import Archive
import Dispatch
import Spool
import Synchronization

/// Files that go into the archive together: few enough for a short transaction and little memory.
struct ReportBatch: Sendable {
    var files: [LookedAt] = []

    private static let reportLimit = 64
    private static let fileLimit = 1024
    private static let rowLimit = 20_000
    private static let byteLimit = 8 << 20

    /// Takes the next files; nil at the end.
    init?(from source: inout some ReportFiles) {
        var (reports, rows, bytes) = (0, 0, 0)
        while files.count < Self.fileLimit, reports < Self.reportLimit, rows < Self.rowLimit, bytes < Self.byteLimit {
            guard let file = source.next() else { break }
            files.append(file)
            bytes += file.bytes
            guard case .report(let arrival, _) = file.content else { continue }
            reports += 1
            rows += arrival.report.rowCount
        }
        if files.isEmpty { return nil }
    }
}

/// Reads and decodes on a thread of its own, one batch at a time.
final class BatchReader<Source: ReportFiles>: Sendable {
    private let source: Mutex<Source>
    private let queue = DispatchQueue(label: "import.read")

    init(_ source: Source) { self.source = Mutex(source) }

    func next() async -> ReportBatch? {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.source.withLock { ReportBatch(from: &$0) }) }
        }
    }
}

/// Runs what blocks off Swift's own threads.
func offSwiftThreads<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result(catching: work)) }
    }
}
