import GRDB

/// Finds each cursor's place in an archive whose rows arrived in another order.
///
/// The archive that the cursors are from is attached as `old`. A cursor goes before the first row that was not passed on:
/// nothing is skipped; where the order differs, some rows are passed on twice.
enum CursorTransfer {
    static func run(in db: Database) throws {
        let cursors: [String: Int] = try Dictionary(
            Row.fetchAll(db, sql: "SELECT name, seq FROM old.cursor").map { (try $0.required(0), try $0.required(1)) },
            uniquingKeysWith: { first, _ in first })
        try db.execute(
            sql: """
                CREATE TEMP TABLE same_device AS SELECT device.id AS id, old_device.id AS old_id
                FROM main.device JOIN main.envoy ON envoy.id = device.envoy_id
                LEFT JOIN old.envoy old_envoy ON old_envoy.serial = envoy.serial
                LEFT JOIN old.device old_device
                    ON old_device.envoy_id = old_envoy.id AND old_device.equipment = device.equipment;
                CREATE INDEX temp.same_device_by_id ON same_device(id);
                """)
        defer { try? db.execute(sql: "DROP TABLE IF EXISTS temp.same_device") }  // It goes with the connection in any case.
        let last = try ArrivalSequence.last(in: db)
        for (name, seq) in cursors {
            var place = last
            for (table, sameRow) in tables {
                let unknown = try Int.fetchOne(
                    db,
                    sql: """
                        SELECT fact.seq FROM main.\(table) fact JOIN same_device ON same_device.id = fact.device_id
                        LEFT JOIN old.\(table) ON \(table).device_id = old_id AND \(sameRow)
                        WHERE ifnull(\(table).seq, ?1 + 1) > ?1 ORDER BY fact.seq LIMIT 1
                        """,
                    arguments: [seq])
                if let unknown { place = min(place, unknown - 1) }
            }
            try db.execute(sql: "INSERT OR REPLACE INTO main.cursor(name, seq) VALUES (?, ?)", arguments: [name, place])
        }
    }

    /// Takes the numbers over as they are, for where the rows behind them can't be read.
    static func copy(in db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO main.cursor(name, seq) SELECT name, min(seq, ?) FROM old.cursor",
            arguments: [ArrivalSequence.last(in: db)])
    }

    private static let tables = [
        ("interval", "interval.end_timestamp = fact.end_timestamp AND interval.duration_s = fact.duration_s"),
        ("reading", "reading.timestamp = fact.timestamp AND reading.duration_s = fact.duration_s"),
        (
            "event",
            """
            event.code = fact.code AND event.timestamp = fact.timestamp AND ifnull(event.state, -1) = ifnull(fact.state, -1)
            AND ifnull(event.message_key, '') = ifnull(fact.message_key, '')
            AND ifnull(event.message_parameters, '') = ifnull(fact.message_parameters, '')
            """
        ),
    ]
}
