import Foundation
import GRDB
import Reports

/// An Envoy's row during a transaction.
struct EnvoyEntry {
    let id: Int
    /// The zone that its days are counted in.
    let zone: String?
    /// Whether sums were kept by another zone.
    let needsRecount: Bool
    /// The newest report; the last receipt, and what the Envoy's clock said then: this report's included.
    let lastReport: Int
    let lastReceived: Int?
    let clock: Int?
    /// Which of its times can be believed.
    let times: CredibleTimes

    /// Finds or makes the row, and brings it up to date with what a report of `timestamp` says.
    ///
    /// The newest report describes the Envoy. The time zone goes by the newest report that names one, for without it
    /// all days would move; it holds for the past too, as a zone is mostly changed because it was wrong. A name that is
    /// unknown here stands only while there is no other.
    ///
    /// - Parameters:
    ///   - received: when the report was received; nil where nobody knows.
    ///   - now: by this machine's clock, seconds since 1970 UTC; tells which receipts are of a time when that was ahead.
    init(_ envoy: Envoy, at timestamp: Int, received: Int?, now: Int = Int(Date().timeIntervalSince1970), in db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO envoy(serial) VALUES (?) ON CONFLICT(serial) DO NOTHING")
            .execute(arguments: [envoy.serialNumber])
        let found = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT id, described, zone_described, time_zone, interval_count, last_received, last_report, clock FROM envoy
                    WHERE serial = ?
                    """),
            arguments: [envoy.serialNumber])
        guard let row = found else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "an Envoy's row is gone") }
        id = try row.required(0)
        let (knownReceipt, knownClock): (Int?, Int?) = (row.optional(5), row.optional(7))
        if let received, Self.isLater((received, timestamp), than: (knownReceipt, knownClock), now: now) {
            (lastReceived, clock) = (received, timestamp)
        } else {
            (lastReceived, clock) = (knownReceipt, knownClock)
        }
        times = CredibleTimes(lastReceived: lastReceived, clock: clock)
        let knownReport: Int? = row.optional(6)
        lastReport = times.prefers(timestamp, over: knownReport) ? timestamp : knownReport ?? timestamp

        if times.prefers(timestamp, over: row.optional(1)) {
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
        guard let named = envoy.timeZone, !named.isEmpty,
            Self.prefers(named, over: known, isNewer: times.prefers(timestamp, over: row.optional(2)))
        else {
            (zone, needsRecount) = (known, false)
            return
        }
        try db.cachedStatement(sql: "UPDATE envoy SET zone_described = ?, time_zone = ? WHERE id = ?")
            .execute(arguments: [timestamp, named, id])
        zone = named
        needsRecount = row.optional(4) != 0 && LocalClock.zone(named: named) != LocalClock.zone(named: known)
    }

    /// Whether a receipt stands before the last one that is known. The later one does; but what lies in the future, as this machine's clock
    /// was ahead when it was noted, stands behind all else.
    private static func isLater(_ receipt: (received: Int, clock: Int), than known: (received: Int?, clock: Int?), now: Int) -> Bool {
        guard let last = known.received else { return true }
        let (isAhead, wasAhead) = (receipt.received > now, last > now)
        guard isAhead == wasAhead else { return wasAhead }
        return (receipt.received, receipt.clock) >= (last, known.clock ?? .min)
    }

    private static func prefers(_ named: String, over known: String?, isNewer: Bool) -> Bool {
        if named == known { return isNewer }
        let (isZone, wasZone) = (LocalClock.isKnown(named), LocalClock.isKnown(known))
        return isZone == wasZone ? isNewer : isZone
    }
}
