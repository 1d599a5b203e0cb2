import GRDB
import Reports

/// Which rows to read.
public struct RowFilter: Equatable, Sendable {
    /// Seconds since 1970 UTC; intervals go by their end.
    public var timestamps: Range<Int>
    /// The serial number of an Envoy; nil for all.
    public var envoy: String?
    /// `serial.channel`, or a serial number for a device with all its channels; nil for all. Of events, those of a channel's
    /// microinverter are a channel's, too: most name the serial number alone (seen in §3's captures: 509, 512 and 10009).
    public var equipment: String?
    /// Of events: whether those conditions belong to it, too, that were raised before it and ended within it, or lasted beyond
    /// it; of the latter, those raised within a year.
    public var includesLasting = false

    public init(timestamps: Range<Int> = Int.min..<Int.max, envoy: String? = nil, equipment: String? = nil) {
        self.timestamps = timestamps
        self.envoy = envoy
        self.equipment = equipment
    }

    /// The SQL condition on `device_id`, with the arguments `:envoy` and `:equipment`; empty if all rows are wanted.
    var condition: String {
        if envoy == nil, equipment == nil { return "" }
        return """
             AND device_id IN (SELECT device.id FROM device JOIN envoy ON envoy.id = envoy_id
            WHERE (:envoy IS NULL OR envoy.serial = :envoy) AND (:equipment IS NULL OR equipment = :equipment OR device.serial = :equipment))
            """
    }

    /// The serial number of the microinverter whose channel is asked for; nil where it is no channel.
    var inverter: String? {
        guard let equipment, case (let serial, _?) = EquipmentName.parts(of: equipment) else { return nil }
        return serial
    }
}

extension ArchiveReader {
    /// Intervals in the order of their ends.
    public func intervals(_ filter: RowFilter = RowFilter(), pageSize: Int = 1_000) -> Pages<ArchivedRow<Interval>> {
        pages(of: "interval", by: "end_timestamp", FactColumns.interval, filter, pageSize) { row, index, equipment in
            try Interval(row, at: index, equipment: equipment)
        }
    }

    /// Readings in the order of their times.
    public func readings(_ filter: RowFilter = RowFilter(), pageSize: Int = 1_000) -> Pages<ArchivedRow<Reading>> {
        pages(of: "reading", by: "timestamp", FactColumns.reading, filter, pageSize) { row, index, equipment in
            try Reading(row, at: index, equipment: equipment)
        }
    }

    private func pages<Fact>(
        of table: String, by time: String, _ columns: String, _ filter: RowFilter, _ size: Int,
        _ fact: @escaping @Sendable (Row, Int, String) throws -> Fact
    ) -> Pages<ArchivedRow<Fact>> {
        let size = max(1, size)
        return Pages { key in
            try await ask("reading \(table)s of") { db in
                // Without the word CROSS, SQLite may begin with the devices, and then sort all that it finds.
                let statement = try db.cachedStatement(
                    sql: """
                        SELECT device_id, seq, envoy.serial, equipment, \(columns)
                        FROM \(table) CROSS JOIN device ON device.id = device_id CROSS JOIN envoy ON envoy.id = envoy_id
                        WHERE (\(time), device_id, duration_s) > (:after, :device, :duration) AND \(time) < :before\(filter.condition)
                        ORDER BY \(time), device_id, duration_s LIMIT :size
                        """)
                let start = key ?? PageKey(timestamp: filter.timestamps.lowerBound, minor: 0, least: Int.min)
                let rows = try Row.fetchAll(
                    statement,
                    arguments: [
                        "after": start.timestamp, "device": start.minor, "duration": start.least,
                        "before": filter.timestamps.upperBound, "size": size, "envoy": filter.envoy,
                        "equipment": filter.equipment,
                    ])
                let page = try rows.map { row in
                    ArchivedRow(
                        seq: try row.required(1), envoy: try row.required(2),
                        fact: try fact(row, 4, try row.required(3)))
                }
                guard page.count == size, let last = rows.last else { return (page, nil) }
                let lastKey = PageKey(
                    timestamp: try last.required(4), minor: try last.required(0), least: try last.required(5))
                return (page, lastKey)
            }
        }
    }
}
