import Dispatch
import GRDB

/// How thoroughly an archive's structure is looked at when it is opened.
///
/// A look at every page of ten years takes seconds from an SSD and minutes from an SD card, too long to wait for at each
/// start. So the check stops after a while, and begins with the tables that all else hangs on; SQLite itself reports
/// damage met later, which surfaces as `ArchiveError.Cause.damaged` just as well.
public enum IntegrityCheck: Equatable, Sendable {
    /// The small tables, then as much of the large ones as the time allows.
    case bounded(seconds: Double)
    /// Everything, indexes against their tables included, however long it takes.
    case full
    case none

    /// Two seconds: about a gigabyte from an SSD.
    public static let atStart = IntegrityCheck.bounded(seconds: 2)

    /// What is damaged, in SQLite's words; nil if nothing was found.
    func run(on queue: DatabaseQueue) throws -> String? {
        switch self {
        case .none: return nil
        case .full: return try queue.read { db in try firstFinding(db, "PRAGMA integrity_check(1)") }
        case .bounded(let seconds):
            let alarm = DispatchWorkItem { queue.interrupt() }
            DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: alarm)
            defer { alarm.cancel() }
            do {
                return try queue.read { db in
                    let first = ["envoy", "device", "cursor", "device_day", "envoy_day", "envoy_hour", "report", "event"]
                    for table in first {
                        if let finding = try firstFinding(db, "PRAGMA quick_check('\(table)')") { return finding }
                    }
                    return try firstFinding(db, "PRAGMA quick_check(1)")
                }
            } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
                return nil
            } catch is CancellationError {
                return nil
            }
        }
    }

    private func firstFinding(_ db: Database, _ sql: String) throws -> String? {
        let finding = try String.fetchOne(db, sql: sql)
        return finding == "ok" ? nil : finding
    }
}
