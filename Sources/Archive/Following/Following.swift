import GRDB
import Reports

/// A fact of any kind.
public enum ArchivedFact: Equatable, Sendable {
    case interval(Interval)
    case reading(Reading)
    case event(Event)
}

extension ArchiveReader {
    /// The next rows in the order of their arrival, for whoever passes facts on.
    ///
    /// Numbers rise and are never given twice. A row that is committed later has a higher number, so nobody who remembers
    /// the last number misses a row. Their times are in no order: an Envoy sends its backlog late (§4).
    ///
    /// - Parameters:
    ///   - seq: the last row that is known; 0 for none.
    ///   - limit: the most rows to read, at least 1.
    public func rows(after seq: Int, limit: Int = 1_000) async throws -> [ArchivedRow<ArchivedFact>] {
        let limit = max(1, limit)
        return try await ask("following") { db in
            let intervals = try next("interval", FactColumns.interval, after: seq, limit, in: db) {
                .interval(try Interval($0, at: 3, equipment: $1))
            }
            let readings = try next("reading", FactColumns.reading, after: seq, limit, in: db) {
                .reading(try Reading($0, at: 3, equipment: $1))
            }
            let events = try next("event", FactColumns.event, after: seq, limit, in: db) {
                .event(try Event($0, at: 3, equipment: $1))
            }
            return Array((intervals + readings + events).sorted { $0.seq < $1.seq }.prefix(limit))
        }
    }

    /// The number of the row that arrived last; 0 if there is none.
    public func lastSeq() async throws -> Int {
        try await ask("looking for new rows in") { db in try ArrivalSequence.last(in: db) }
    }

    /// The last row that `name` has passed on; 0 if it has not begun.
    public func cursor(_ name: String) async throws -> Int {
        try await ask("reading a cursor of") { db in
            try Int.fetchOne(db, sql: "SELECT seq FROM cursor WHERE name = ?", arguments: [name]) ?? 0
        }
    }

    /// All cursors by name.
    public func cursors() async throws -> [String: Int] {
        try await ask("reading the cursors of") { db in
            try Dictionary(
                Row.fetchAll(db, sql: "SELECT name, seq FROM cursor").map { (try $0.required(0), try $0.required(1)) },
                uniquingKeysWith: { first, _ in first })
        }
    }
}

private func next(
    _ table: String, _ columns: String, after seq: Int, _ limit: Int, in db: Database,
    _ fact: (Row, String) throws -> ArchivedFact
) throws -> [ArchivedRow<ArchivedFact>] {
    let statement = try db.cachedStatement(
        sql: """
            SELECT seq, envoy.serial, equipment, \(columns)
            FROM \(table) CROSS JOIN device ON device.id = device_id CROSS JOIN envoy ON envoy.id = envoy_id
            WHERE seq > ? ORDER BY seq LIMIT ?
            """)
    return try Row.fetchAll(statement, arguments: [seq, limit]).map { row in
        ArchivedRow(seq: try row.required(0), envoy: try row.required(1), fact: try fact(row, row.required(2)))
    }
}

extension ArchiveWriter {
    /// Remembers the last row that `name` has passed on. A lower number than before makes it begin there again.
    ///
    /// - Throws: `ArchiveError` with `diskFull`, `inUse`, `damaged` or another cause.
    public func moveCursor(_ name: String, to seq: Int) async throws {
        try await change("moving a cursor of") { db in
            try db.execute(
                sql: "INSERT INTO cursor(name, seq) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET seq = excluded.seq",
                arguments: [name, seq])
        }
    }
}
