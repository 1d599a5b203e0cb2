import GRDBSQLite
import Reports

/// Intervals and readings put into an archive's tables through SQLite's C functions alone, with the archive's durability:
/// what could be had without names for equipment, sums, live values and a type above it.
final class BareSQLite {
    struct Failure: Error {
        var message: String
    }

    private var database: OpaquePointer?
    private var intervals: OpaquePointer?
    private var readings: OpaquePointer?
    private var begin: OpaquePointer?
    private var commit: OpaquePointer?
    private var devices: [String: Int64] = [:]
    private var seq: Int64 = 1

    /// - Parameter path: an archive without rows.
    init(path: String) throws {
        guard sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK else { throw failure }
        try run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000")
        try run("INSERT INTO envoy(id, serial) VALUES (1, '121319000042')")
        intervals = try prepare("INSERT INTO interval VALUES (?,?,?,?,?,?,?,NULL) ON CONFLICT DO NOTHING")
        readings = try prepare("INSERT INTO reading VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,NULL) ON CONFLICT DO NOTHING")
        begin = try prepare("BEGIN IMMEDIATE")
        commit = try prepare("COMMIT")
    }

    deinit {
        for statement in [intervals, readings, begin, commit] { sqlite3_finalize(statement) }
        sqlite3_close(database)
    }

    func keep(_ report: Report) throws {
        try step(begin)
        for row in report.intervals {
            bind(intervals, seq, row.endTimestamp, try device(row.equipment), row.durationSeconds, row.measuredSeconds, row.joules, row.id)
            try step(intervals)
            seq += 1
        }
        for row in report.readings {
            bind(
                readings, seq, row.timestamp, try device(row.equipment), row.durationSeconds, row.acMillivolts, row.acMillihertz,
                row.dcMillivolts, row.dcMilliamperes, row.celsius, row.conversionErrorSeconds, row.conversionErrorCycles,
                row.joules, row.flags.map { Int(truncatingIfNeeded: $0.rawValue) }, row.id)
            try step(readings)
            seq += 1
        }
        try step(commit)
    }

    private func device(_ equipment: String) throws -> Int {
        if let id = devices[equipment] { return Int(id) }
        let id = Int64(devices.count + 1)
        try run("INSERT INTO device(id, envoy_id, equipment, serial) VALUES (\(id), 1, '\(equipment)', '\(equipment)')")
        devices[equipment] = id
        return Int(id)
    }

    private func bind(_ statement: OpaquePointer?, _ seq: Int64, _ values: Int?...) {
        sqlite3_bind_int64(statement, 1, seq)
        for (index, value) in values.enumerated() {
            if let value {
                sqlite3_bind_int64(statement, Int32(index + 2), Int64(value))
            } else {
                sqlite3_bind_null(statement, Int32(index + 2))
            }
        }
    }

    private func step(_ statement: OpaquePointer?) throws {
        guard sqlite3_step(statement) == SQLITE_DONE else { throw failure }
        sqlite3_reset(statement)
    }

    private func prepare(_ sql: String) throws -> OpaquePointer? {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK else { throw failure }
        return statement
    }

    private func run(_ sql: String) throws {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
    }

    private var failure: Failure { Failure(message: String(cString: sqlite3_errmsg(database))) }
}
