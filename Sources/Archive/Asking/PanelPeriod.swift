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
            let own = try Int.fetchOne(
                db, sql: "SELECT id FROM device WHERE envoy_id = ? AND equipment = ?", arguments: [energy.id, equipment])
            return try energy.panels(by: step, days, in: db).map { first, sums in
                let end = energy.clock.start(of: step.nextFirstDay(after: first))
                return PanelPeriod(
                    startTimestamp: energy.clock.start(of: first), endTimestamp: end, day: first, joules: own.flatMap { sums[$0] } ?? 0,
                    medianJoules: Int(median(sums.values.filter { $0 > 0 })))
            }
        }
    }
}

extension EnvoyEnergy {
    /// Energy of each panel, by its id, period by period, oldest first; periods in which no panel made any are left out.
    fileprivate mutating func panels(
        by step: EnergyStep, _ days: ClosedRange<CivilDate>, in db: Database
    ) throws -> [(first: CivilDate, joules: [Int: Int])] {
        let known = try Row.fetchOne(db, sql: "SELECT min(day), max(day) FROM envoy_day WHERE envoy_id = ?", arguments: [id])
        guard let first: Int = known?.optional(0), let last: Int = known?.optional(1) else { return [] }
        var day = max(days.lowerBound, CivilDate(daysSince1970: first))
        let end = min(days.upperBound, CivilDate(daysSince1970: last))
        // SQLite adds a period's days up: ten years of thirty panels are a hundred thousand rows, of which each takes longer to hand out.
        let sums = try db.cachedStatement(
            sql: """
                SELECT device_id, sum(joules) FROM device_day
                WHERE device_id IN (SELECT id FROM device WHERE envoy_id = ?) AND day BETWEEN ? AND ? GROUP BY device_id
                """)
        var periods: [(first: CivilDate, joules: [Int: Int])] = []
        while day <= end {
            let next = step.nextFirstDay(after: step.firstDay(of: day))
            let rows = try Row.fetchAll(sums, arguments: [id, day.daysSince1970, min(end.daysSince1970, next.daysSince1970 - 1)])
            let joules = try Dictionary(
                rows.map { (try $0.required(0, as: Int.self), try $0.required(1, as: Int.self)) }, uniquingKeysWith: +)
            if joules.values.contains(where: { $0 > 0 }) { periods.append((step.firstDay(of: day), joules)) }
            day = next
        }
        return periods
    }
}
