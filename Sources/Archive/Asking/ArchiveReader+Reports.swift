import GRDB

/// A report that was kept.
public struct KeptReport: Equatable, Sendable {
    /// The serial number of its Envoy.
    public var envoy: String
    /// Where it was read from: the name of a capture, or `import:` and the SHA-256 of its XML.
    public var source: String
    /// When it was made, by the Envoy's clock, seconds since 1970 UTC.
    public var timestamp: Int?
    /// When it was received, by this machine's clock, seconds since 1970 UTC; nil where nobody knows.
    public var receivedTimestamp: Int?
    public var webcommVersion: String?
    public var intervalCount: Int
    public var readingCount: Int
    public var eventCount: Int
    /// How many of its rows the archive did not have.
    public var newRowCount: Int
}

/// A row that came again and said something else; the first arrival stayed (§4).
public struct Contradiction: Equatable, Sendable {
    /// The serial number of its Envoy.
    public var envoy: String
    public var equipment: String
    /// `interval` or `reading`.
    public var kind: String
    /// The row's time, seconds since 1970 UTC; of an interval its end.
    public var timestamp: Int
    public var durationSeconds: Int
    /// What the other said, by the archive's columns.
    public var content: String
    /// Where the other came from.
    public var source: String
}

extension ArchiveReader {
    /// Reports in the order of their arrival. Their time is that of the report, or of its receipt where it has none.
    public func reports(_ filter: RowFilter = RowFilter(), pageSize: Int = 1_000) -> Pages<KeptReport> {
        numbered(
            "reports",
            """
            SELECT report.id, envoy.serial, source, timestamp, nullif(received, \(unknownReceipt)), webcomm_version,
                report.interval_count, report.reading_count, report.event_count, ifnull(last_seq - first_seq + 1, 0)
            FROM report CROSS JOIN envoy ON envoy.id = envoy_id
            WHERE report.id > :after AND (:envoy IS NULL OR serial = :envoy)
                AND ifnull(timestamp, received) >= :from AND ifnull(timestamp, received) < :before AND :equipment IS NULL
            ORDER BY report.id LIMIT :size
            """, filter, pageSize
        ) { row in
            KeptReport(
                envoy: try row.required(1), source: try row.required(2), timestamp: row.optional(3), receivedTimestamp: row.optional(4),
                webcommVersion: row.optional(5), intervalCount: try row.required(6), readingCount: try row.required(7),
                eventCount: try row.required(8), newRowCount: try row.required(9))
        }
    }

    /// What came again and said something else, in the order in which that was noticed.
    public func contradictions(_ filter: RowFilter = RowFilter(), pageSize: Int = 1_000) -> Pages<Contradiction> {
        numbered(
            "contradictions",
            """
            SELECT conflict.id, envoy.serial, equipment, iif(interval.seq IS NULL, 'reading', 'interval') AS kind,
                ifnull(end_timestamp, timestamp) AS instant, ifnull(interval.duration_s, reading.duration_s), content, report_source
            FROM conflict LEFT JOIN interval ON interval.seq = conflict.seq LEFT JOIN reading ON reading.seq = conflict.seq
            JOIN device ON device.id = ifnull(interval.device_id, reading.device_id) JOIN envoy ON envoy.id = device.envoy_id
            WHERE conflict.id > :after AND (:envoy IS NULL OR envoy.serial = :envoy) AND instant >= :from AND instant < :before
                AND (:equipment IS NULL OR equipment = :equipment OR device.serial = :equipment)
            ORDER BY conflict.id LIMIT :size
            """, filter, pageSize
        ) { row in
            Contradiction(
                envoy: try row.required(1), equipment: try row.required(2), kind: try row.required(3), timestamp: try row.required(4),
                durationSeconds: try row.required(5), content: try row.required(6), source: try row.required(7))
        }
    }

    /// Rows by their number, which is the first column.
    private func numbered<Kept: Sendable>(
        _ name: String, _ sql: String, _ filter: RowFilter, _ pageSize: Int, _ kept: @escaping @Sendable (Row) throws -> Kept
    ) -> Pages<Kept> {
        let size = max(1, pageSize)
        return Pages { key in
            try await ask("reading \(name) of") { db in
                let rows = try Row.fetchAll(
                    db.cachedStatement(sql: sql),
                    arguments: [
                        "after": key?.minor ?? 0, "envoy": filter.envoy, "equipment": filter.equipment,
                        "from": filter.timestamps.lowerBound, "before": filter.timestamps.upperBound, "size": size,
                    ])
                guard rows.count == size, let last = rows.last else { return (try rows.map(kept), nil) }
                return (try rows.map(kept), PageKey(timestamp: 0, minor: try last.required(0)))
            }
        }
    }
}
