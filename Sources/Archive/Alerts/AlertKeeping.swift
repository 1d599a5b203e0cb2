import GRDB

extension ArchiveWriter {
    /// Makes the open alerts those of `conditions`: raises what is new, and ends what is no longer so, each once.
    ///
    /// - Parameter now: seconds since 1970 UTC.
    /// - Returns: what has changed, in order.
    @discardableResult
    public func keep(alerts conditions: [AlertCondition], now: Int) async throws -> [AlertChange] {
        try await change("keeping alerts in") { db in
            let open = try Alert.open(in: db)
            let keys = Set(conditions.map(\.key))
            var changes: [AlertChange] = []
            for var alert in open where !keys.contains(alert.condition.key) {
                alert.endedTimestamp = max(now, alert.beganTimestamp)
                try db.execute(sql: "UPDATE alert SET ended = ? WHERE id = ?", arguments: [alert.endedTimestamp, alert.id])
                changes.append(try Self.note(alert, isEnd: true, in: db))
            }
            var known = Set(open.map(\.condition.key))
            for condition in conditions where known.insert(condition.key).inserted {
                let key = condition.key
                try db.execute(
                    sql: "INSERT INTO alert(rule, envoy, subject, detail, began) VALUES (?, ?, ?, ?, ?)",
                    arguments: [key.rule.rawValue, key.envoy, key.subject, condition.detail, now])
                let alert = Alert(id: Int(db.lastInsertedRowID), condition: condition, beganTimestamp: now)
                changes.append(try Self.note(alert, isEnd: false, in: db))
            }
            return changes
        }
    }

    /// Remembers the last change of alerts that `name` has passed on.
    public func moveAlertCursor(_ name: String, to number: Int) async throws {
        try await change("moving a cursor of") { db in
            try db.execute(
                sql: "INSERT INTO alert_cursor(name, change) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET change = excluded.change",
                arguments: [name, number])
        }
    }

    private static func note(_ alert: Alert, isEnd: Bool, in db: Database) throws -> AlertChange {
        try db.execute(sql: "INSERT INTO alert_change(alert_id, is_end) VALUES (?, ?)", arguments: [alert.id, isEnd])
        return AlertChange(number: Int(db.lastInsertedRowID), alert: alert, isEnd: isEnd)
    }
}

extension ArchiveReader {
    /// Alerts, those that last first, then the newest.
    ///
    /// - Parameter limit: the most to read of those that have ended.
    public func alerts(ended limit: Int = 100) async throws -> [Alert] {
        try await ask("asking for alerts in") { db in
            guard try db.tableExists("alert") else { return [] }
            let ended = try Row.fetchAll(
                db, sql: "SELECT \(Alert.columns) FROM alert WHERE ended IS NOT NULL ORDER BY ended DESC, id DESC LIMIT ?",
                arguments: [max(0, limit)])
            return try Alert.open(in: db) + ended.compactMap { try Alert($0, at: 0) }
        }
    }

    /// The next changes of alerts, for whoever passes them on.
    public func alertChanges(after number: Int, limit: Int = 100) async throws -> [AlertChange] {
        try await ask("following alerts in") { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT alert_change.id, is_end, \(Alert.columns) FROM alert_change JOIN alert ON alert.id = alert_id
                    WHERE alert_change.id > ? ORDER BY alert_change.id LIMIT ?
                    """,
                arguments: [number, max(1, limit)])
            return try rows.compactMap { row in
                try Alert(row, at: 2).map { AlertChange(number: try row.required(0), alert: $0, isEnd: try row.required(1)) }
            }
        }
    }

    /// The last change of alerts that `name` has passed on; nil if it has not begun.
    public func alertCursor(_ name: String) async throws -> Int? {
        try await ask("reading a cursor of") { db in
            try Int.fetchOne(db, sql: "SELECT change FROM alert_cursor WHERE name = ?", arguments: [name])
        }
    }

    /// The number of the last change of alerts; 0 if there is none.
    public func lastAlertChange() async throws -> Int {
        try await ask("following alerts in") { db in
            guard try db.tableExists("alert_change") else { return 0 }
            return try Int.fetchOne(db, sql: "SELECT max(id) FROM alert_change") ?? 0
        }
    }

    /// What begins an element's name that was found in a reply and not in a report.
    public static let replyPrefix = "reply/"
    /// The element that stands for a reply that can't be read at all.
    public static let unreadableReply = "reply"

    /// What in reports or replies may be a task, by Envoy and element, with when it last arrived, seconds since 1970 UTC. Nobody has
    /// published what a task looks like (§1): whatever in a reply is not known may be one, a reply that can't be read may hold one, and so
    /// may an element of a report with `task` in its name.
    public func tasks(since timestamp: Int) async throws -> [(envoy: String, element: String, received: Int)] {
        try await ask("asking for tasks in") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT envoy.serial, element, max(max(received, ifnull(seen, 0))) AS last FROM finding
                    JOIN envoy ON envoy.id = finding.envoy_id JOIN report ON report.id = finding.last_report
                    WHERE (kind = 'unknownElement' AND element LIKE '%task%') OR element LIKE ? OR element = ?
                    GROUP BY 1, 2 HAVING last >= ? ORDER BY 1, 2
                    """,
                arguments: ["\(Self.replyPrefix)%", Self.unreadableReply, timestamp]
            ).map { (envoy: try $0.required(0), element: try $0.required(1), received: try $0.required(2)) }
        }
    }
}

extension Alert {
    fileprivate static let columns = "alert.id, rule, envoy, subject, detail, began, ended"

    fileprivate static func open(in db: Database) throws -> [Alert] {
        try Row.fetchAll(db, sql: "SELECT \(columns) FROM alert WHERE ended IS NULL ORDER BY began DESC, id DESC").compactMap {
            try Alert($0, at: 0)
        }
    }

    /// nil for a rule of a later version.
    fileprivate init?(_ row: Row, at index: Int) throws {
        guard let rule = AlertRule(rawValue: try row.required(index + 1)) else { return nil }
        let key = AlertCondition.Key(rule, envoy: try row.required(index + 2), subject: try row.required(index + 3))
        self.init(
            id: try row.required(index), condition: AlertCondition(key, try row.required(index + 4)),
            beganTimestamp: try row.required(index + 5), endedTimestamp: row.optional(index + 6))
    }
}

/// Takes alerts over into an archive that is made anew. The one that they are from is attached as `old`.
enum AlertTransfer {
    static func run(in db: Database) throws {
        let isThere = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM old.sqlite_master WHERE name = 'alert_cursor')")
        guard isThere == true else { return }
        for table in ["alert", "alert_change", "alert_cursor"] {
            try db.execute(sql: "INSERT OR REPLACE INTO main.\(table) SELECT * FROM old.\(table)")
        }
    }
}
