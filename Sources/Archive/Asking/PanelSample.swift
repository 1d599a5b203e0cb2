import GRDB

/// A panel's energy over a day, or over an hour of it.
public struct PanelSample: Equatable, Sendable {
    /// `serial.channel`.
    public var equipment: String
    /// By the Envoy's clock.
    public var day: CivilDate
    /// 0 to 23, by the Envoy's clock; nil for the whole day.
    public var hour: Int?
    /// Energy, joules.
    public var joules: Int

    public init(equipment: String, day: CivilDate, hour: Int? = nil, joules: Int) {
        (self.equipment, self.day, self.hour, self.joules) = (equipment, day, hour, joules)
    }
}

extension ArchiveReader {
    /// Energy of each of an Envoy's panels, day by day; what is not known is left out.
    public func panelDays(of envoy: String, days: ClosedRange<CivilDate>) async throws -> [PanelSample] {
        try await ask("asking for panels' days in") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT equipment, day, device_day.joules FROM device_day JOIN device ON device.id = device_id
                    JOIN envoy ON envoy.id = envoy_id WHERE envoy.serial = ? AND day BETWEEN ? AND ? ORDER BY day, equipment
                    """,
                arguments: [envoy, days.lowerBound.daysSince1970, days.upperBound.daysSince1970]
            ).map { row in
                PanelSample(
                    equipment: try row.required(0), day: CivilDate(daysSince1970: try row.required(1)), joules: try row.required(2))
            }
        }
    }

    /// Energy of each of an Envoy's panels, hour by hour, from intervals of up to an hour, each counted where its middle lies: what an
    /// Envoy spread over a day after an outage (§3) tells nothing of hours. Reads all intervals of the days.
    public func panelHours(of envoy: String, days: ClosedRange<CivilDate>) async throws -> [PanelSample] {
        try await ask("asking for panels' hours in") { db in
            guard var clock = try EnvoyEnergy(serial: envoy, in: db)?.clock else { return [] }
            let names = try Dictionary(
                Row.fetchAll(
                    db, sql: "SELECT device.id, equipment FROM device JOIN envoy ON envoy.id = envoy_id WHERE envoy.serial = ?",
                    arguments: [envoy]
                ).map { row in (try row.required(0, as: Int.self), try row.required(1, as: String.self)) },
                uniquingKeysWith: { first, _ in first })
            // Half hours of UTC: every zone's hours are made of them, but for a few that are a quarter off.
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT device_id, (end_timestamp - duration_s / 2) / 1800, sum(joules) FROM interval
                    WHERE end_timestamp > ? AND end_timestamp <= ? AND duration_s BETWEEN 1 AND 3600 AND joules BETWEEN 0 AND ?
                    GROUP BY 1, 2
                    """,
                arguments: [
                    clock.start(of: days.lowerBound), clock.start(of: days.upperBound.advanced(by: 1)),
                    EnergySpread.plausibleJoules.upperBound,
                ])
            var sums: [Slot: Int] = [:]
            while let row = try rows.next() {
                guard let name = names[try row.required(0)] else { continue }
                let instant = try row.required(1, as: Int.self) * 1_800 + 900
                let day = clock.day(of: instant)
                let hour = (instant + clock.offset(at: instant) - day.daysSince1970 * 86_400) / 3_600
                sums[Slot(equipment: name, day: day, hour: hour), default: 0] += try row.required(2, as: Int.self)
            }
            return sums.map { PanelSample(equipment: $0.key.equipment, day: $0.key.day, hour: $0.key.hour, joules: $0.value) }
        }
    }

    private struct Slot: Hashable {
        var equipment: String
        var day: CivilDate
        var hour: Int
    }
}
