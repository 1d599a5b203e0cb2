import Foundation
import GRDB

/// What is in the archive, at a glance.
public struct ArchiveStatus: Equatable, Sendable {
    /// By serial number.
    public var envoys: [EnvoyStatus]
    /// Reports kept, each source once.
    public var reportCount: Int
    /// Rows whose second arrival said something else than the first, which was kept.
    public var conflictCount: Int
    /// Occurrences of what the protocol notes do not foresee.
    public var findingCount: Int
    /// The sequence number of the row that arrived last; 0 if there is none.
    public var lastSeq: Int
    /// The archive's size on the disk, its write-ahead log included.
    public var bytes: Int

    public var rowCount: Int { envoys.reduce(0) { $0 + $1.intervalCount + $1.readingCount + $1.eventCount } }
}

/// An Envoy as its newest report tells it.
public struct EnvoyStatus: Equatable, Sendable {
    public var serialNumber: String
    /// A name of the tz database, as the Envoy gave it; its days are counted by it, or by UTC if it is none.
    public var timeZone: String?
    public var softwareVersion: String?
    public var partNumber: String?
    public var address: String?
    /// When the newest report was made, by the Envoy's clock, seconds since 1970 UTC.
    public var lastReportTimestamp: Int?
    /// When a report was last received, by this machine's clock, seconds since 1970 UTC; nil where nobody knows, as if all were imported.
    public var lastReceivedTimestamp: Int?
    public var intervalCount: Int
    public var readingCount: Int
    public var eventCount: Int
}

/// Something that the protocol notes do not foresee, summed over an Envoy's reports.
public struct FindingSum: Equatable, Sendable {
    public var envoy: String
    /// The raw value of a `Finding.Kind`.
    public var kind: String
    public var element: String
    public var attribute: String?
    public var count: Int
    /// Sources of the first and the last report, by arrival, that had it.
    public var firstSource: String
    public var lastSource: String
}

extension ArchiveReader {
    /// What is in the archive. Fast at any size.
    public func status() async throws -> ArchiveStatus {
        let bytes = ["", "-wal"].reduce(0) { sum, suffix in
            // A log that is not there takes no room.
            let size = try? FileManager.default.attributesOfItem(atPath: path + suffix)[.size] as? Int
            return sum + (size ?? 0)
        }
        return try await ask("asking the status of") { db in
            // An archive that no writer of this version has opened yet has no such column.
            let hasReceipts = try db.columns(in: "envoy").contains { $0.name == "last_received" }
            let lastReceived =
                hasReceipts ? "last_received" : "(SELECT received FROM report WHERE envoy_id = envoy.id ORDER BY id DESC LIMIT 1)"
            // Reports and conflicts are never removed: their last number is their count.
            let envoys = try Row.fetchAll(
                db,
                sql: """
                    SELECT serial, time_zone, software_version, part_number, address, last_report, \(lastReceived),
                        interval_count, reading_count, event_count
                    FROM envoy ORDER BY serial
                    """
            ).map { row in
                EnvoyStatus(
                    serialNumber: try row.required(0), timeZone: row.optional(1), softwareVersion: row.optional(2),
                    partNumber: row.optional(3), address: row.optional(4), lastReportTimestamp: row.optional(5),
                    lastReceivedTimestamp: row.optional(6), intervalCount: try row.required(7),
                    readingCount: try row.required(8), eventCount: try row.required(9))
            }
            return ArchiveStatus(
                envoys: envoys,
                reportCount: try Int.fetchOne(db, sql: "SELECT max(id) FROM report") ?? 0,
                conflictCount: try Int.fetchOne(db, sql: "SELECT max(id) FROM conflict") ?? 0,
                findingCount: try Int.fetchOne(db, sql: "SELECT sum(count) FROM finding") ?? 0,
                lastSeq: try ArrivalSequence.last(in: db),
                bytes: bytes)
        }
    }

    /// What was odd about the reports, the most frequent first.
    public func findings() async throws -> [FindingSum] {
        try await ask("asking for findings in") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT envoy.serial, kind, element, attribute, count, one.source, other.source
                    FROM finding JOIN envoy ON envoy.id = finding.envoy_id
                    JOIN report one ON one.id = finding.first_report
                    JOIN report other ON other.id = finding.last_report
                    ORDER BY count DESC, kind, element, attribute, envoy.serial
                    """
            ).map { row in
                let attribute: String = try row.required(3)
                return FindingSum(
                    envoy: try row.required(0), kind: try row.required(1), element: try row.required(2),
                    attribute: attribute.isEmpty ? nil : attribute, count: try row.required(4),
                    firstSource: try row.required(5), lastSource: try row.required(6))
            }
        }
    }
}
