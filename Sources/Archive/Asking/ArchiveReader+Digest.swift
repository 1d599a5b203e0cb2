import GRDB

extension ArchiveReader {
    /// A number of 16 hexadecimal digits that two archives share if they hold the same facts and sums, whatever the order
    /// in which these arrived. Reads everything. Not proof against forgery.
    ///
    /// Left out is what depends on the order: sequence numbers, ids of the wire, reports, findings, conflicts, cursors.
    public func digest() async throws -> String {
        try await ask("digesting") { db in
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for sql in canonicalRows {
                let rows = try Row.fetchCursor(db, sql: sql)
                while let row = try rows.next() {
                    for value in row.databaseValues {
                        for byte in value.description.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
                        hash = (hash ^ 0x1f) &* 0x100_0000_01b3
                    }
                }
            }
            let digits = String(hash, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
    }

    /// Counts all energy anew and compares it with the sums that were kept as rows arrived. Reads everything, and takes
    /// memory for a number per panel and day.
    ///
    /// - Returns: whether all sums agree.
    public func sumsAgree() async throws -> Bool {
        try await ask("checking the sums of") { db in
            for row in try Row.fetchAll(db, sql: "SELECT id, time_zone FROM envoy") {
                let sums = try EnergySums.counted(envoyID: try row.required(0), zone: row.optional(1), in: db)
                if try !sums.agreesWithArchive(in: db) { return false }
            }
            return true
        }
    }
}

private let canonicalRows = [
    """
    SELECT serial, described, address, mac_address, part_number, software_version, latitude, longitude, region,
        zone_described, time_zone, last_report, interval_count, reading_count, event_count FROM envoy ORDER BY serial
    """,
    """
    SELECT envoy.serial, equipment, device.serial, channel, device.described, type, device.part_number, admin_state,
        image_bits, condition_flags, observed_flags, control_bits, device.joules, reading.timestamp, reading.duration_s
    FROM device JOIN envoy ON envoy.id = envoy_id LEFT JOIN reading ON reading.seq = latest_reading
    ORDER BY envoy.serial, equipment
    """,
    canonical(FactColumns.interval.replacing("interval.wire_id,", with: ""), "interval", "end_timestamp"),
    canonical(FactColumns.reading.replacing("reading.wire_id,", with: ""), "reading", "timestamp"),
    canonical(FactColumns.event.replacing("event.wire_id,", with: ""), "event", "timestamp"),
    "SELECT serial, start, joules FROM envoy_hour JOIN envoy ON envoy.id = envoy_id WHERE joules <> 0 ORDER BY serial, start",
    "SELECT serial, day, joules FROM envoy_day JOIN envoy ON envoy.id = envoy_id WHERE joules <> 0 ORDER BY serial, day",
    """
    SELECT envoy.serial, equipment, day, device_day.joules FROM device_day JOIN device ON device.id = device_id
    JOIN envoy ON envoy.id = envoy_id WHERE device_day.joules <> 0 ORDER BY envoy.serial, equipment, day
    """,
]

/// All rows of a table in an order that their content decides, time first, so that the table's index does most of it.
private func canonical(_ columns: String, _ table: String, _ time: String) -> String {
    let order = columns.split(separator: ",").indices.map { "\($0 + 3)" }.joined(separator: ", ")
    return """
        SELECT envoy.serial, equipment, \(columns) FROM \(table) CROSS JOIN device ON device.id = device_id
        CROSS JOIN envoy ON envoy.id = envoy_id ORDER BY \(table).\(time), 1, 2, \(order)
        """
}
