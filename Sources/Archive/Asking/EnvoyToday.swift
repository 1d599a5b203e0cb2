import GRDB
import Reports

/// An Envoy's day so far.
public struct EnvoyToday: Equatable, Sendable {
    /// The Envoy's serial number.
    public var envoy: String
    /// The day, by the Envoy's clock.
    public var day: CivilDate
    /// Energy of the day, joules.
    public var joules: Int
    /// Energy by hours, those of which nothing is known left out.
    public var hours: [EnergyPeriod]
    /// The newest reading's time, seconds since 1970 UTC; nil if there was none.
    public var latestTimestamp: Int?
    /// Power of all panels then, W: the sum over those that were read within a quarter of an hour before.
    /// Whether "then" is still now, the time tells.
    public var watts: Double?
    /// How many panels that power is from.
    public var panelCount: Int
}

extension ArchiveReader {
    /// Each Envoy's day so far, by serial number.
    ///
    /// - Parameter now: seconds since 1970 UTC.
    public func today(now: Int) async throws -> [EnvoyToday] {
        try await ask("asking for today in") { db in
            try Row.fetchAll(db, sql: "SELECT id, serial, time_zone FROM envoy ORDER BY serial").map { envoy in
                var energy = EnvoyEnergy(id: try envoy.required(0), zone: envoy.optional(2))
                let day = energy.clock.day(of: clamped(now))
                let joules = try energy.periods(of: .day, day...day, of: nil, in: db).first?.joules
                var today = EnvoyToday(
                    envoy: try envoy.required(1), day: day, joules: joules ?? 0, hours: try energy.hours(day...day, in: db),
                    panelCount: 0)
                let latest = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT equipment, \(FactColumns.reading) FROM device JOIN reading ON reading.seq = latest_reading
                        WHERE envoy_id = ?
                        """,
                    arguments: [energy.id]
                ).map { row in try Reading(row, at: 1, equipment: row.required(0)) }
                guard let newest = latest.map(\.timestamp).max() else { return today }
                today.latestTimestamp = newest
                let watts = latest.filter { $0.timestamp >= newest.subtractingClamping(900) }.compactMap(\.averageWatts)
                today.panelCount = watts.count
                today.watts = watts.isEmpty ? nil : watts.reduce(0, +)
                return today
            }
        }
    }
}
