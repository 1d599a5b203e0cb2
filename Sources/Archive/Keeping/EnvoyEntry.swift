import GRDB
import Reports

/// An Envoy's row during a transaction.
struct EnvoyEntry {
    let id: Int
    /// The zone that its days are counted in.
    let zone: String?
    /// Whether sums were kept by another zone.
    let needsRecount: Bool
    /// When a report was last received before this one.
    let lastReceived: Int?

    /// A time so far after the receipt of what bears it is a wrong clock's.
    static let credibleAheadSeconds = 86_400

    /// Finds or makes the row, and brings it up to date with what a report of `timestamp` says.
    ///
    /// The newest report describes the Envoy. The time zone goes by the newest report that names one, for without it
    /// all days would move; it holds for the past too, as a zone is mostly changed because it was wrong.
    init(_ envoy: Envoy, at timestamp: Int, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO envoy(serial) VALUES (?) ON CONFLICT(serial) DO NOTHING")
            .execute(arguments: [envoy.serialNumber])
        let found = try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT id, described, zone_described, time_zone, interval_count, last_received FROM envoy WHERE serial = ?"),
            arguments: [envoy.serialNumber])
        guard let row = found else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "an Envoy's row is gone") }
        id = try row.required(0)
        lastReceived = row.optional(5)

        if timestamp > row.optional(1) ?? Int.min {
            try db.cachedStatement(
                sql: """
                    UPDATE envoy SET described = ?, address = ?, mac_address = ?, part_number = ?, software_version = ?,
                        latitude = ?, longitude = ?, region = ? WHERE id = ?
                    """
            ).execute(arguments: [
                timestamp, envoy.address, envoy.macAddress, envoy.partNumber, envoy.softwareVersion,
                envoy.latitudeDegrees, envoy.longitudeDegrees, envoy.region, id,
            ])
        }

        let known: String? = row.optional(3)
        guard let named = envoy.timeZone, timestamp > row.optional(2) ?? Int.min else {
            (zone, needsRecount) = (known, false)
            return
        }
        try db.cachedStatement(sql: "UPDATE envoy SET zone_described = ?, time_zone = ? WHERE id = ?")
            .execute(arguments: [timestamp, named, id])
        zone = named
        needsRecount = named != known && row.optional(4) != 0
    }
}
