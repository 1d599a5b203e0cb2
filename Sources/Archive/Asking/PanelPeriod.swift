import GRDB

/// A panel's energy over a period beside that of its peers.
public struct PanelPeriod: Equatable, Sendable {
    /// When it begins and ends, seconds since 1970 UTC.
    public var startTimestamp: Int
    public var endTimestamp: Int
    /// Its first day by the Envoy's clock.
    public var day: CivilDate
    /// Energy of the panel, joules.
    public var joules: Int
    /// Energy of the median among the Envoy's panels that made any, joules.
    public var medianJoules: Int
}

extension ArchiveReader {
    /// A panel's energy by day, month or year beside the median of all panels of its Envoy. Periods in which no panel made
    /// any are left out.
    ///
    /// - Parameter step: `hour` counts as `day`: hours are not kept by panel.
    public func energyBesideMedian(
        of equipment: String, envoy: String, by step: EnergyStep, days: ClosedRange<CivilDate>
    ) async throws -> [PanelPeriod] {
        try await ask("comparing panels in") { db in
            guard var energy = try EnvoyEnergy(serial: envoy, in: db) else { return [] }
            let ids = try Row.fetchAll(db, sql: "SELECT id, equipment FROM device WHERE envoy_id = ?", arguments: [energy.id])
            var own: [CivilDate: Int] = [:]
            var all: [CivilDate: [Int]] = [:]
            for device in ids {
                var sums: [CivilDate: Int] = [:]
                let rows = try Row.fetchCursor(
                    db, sql: "SELECT day, joules FROM device_day WHERE device_id = ? AND day BETWEEN ? AND ?",
                    arguments: [
                        try device.required(0, as: Int.self), days.lowerBound.daysSince1970, days.upperBound.daysSince1970,
                    ])
                while let row = try rows.next() {
                    let first = step.firstDay(of: CivilDate(daysSince1970: try row.required(0)))
                    sums[first, default: 0] &+= try row.required(1)
                }
                if try device.required(1, as: String.self) == equipment { own = sums }
                for (day, joules) in sums where joules > 0 { all[day, default: []].append(joules) }
            }
            return all.keys.sorted().map { day in
                let end = energy.clock.start(of: step.nextFirstDay(after: day))
                return PanelPeriod(
                    startTimestamp: energy.clock.start(of: day), endTimestamp: end, day: day, joules: own[day] ?? 0,
                    medianJoules: Int(median(all[day] ?? [])))
            }
        }
    }
}
