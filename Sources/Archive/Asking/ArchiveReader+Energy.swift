import GRDB

extension ArchiveReader {
    /// Energy of an Envoy's panels, period by period, oldest first. Periods of which nothing is known are left out.
    ///
    /// - Parameters:
    ///   - envoy: its serial number. Of an unknown one nothing is known.
    ///   - step: the periods' length.
    ///   - equipment: one panel, as `serial.channel`; nil for all. By `hour`, it reads all intervals of the days asked for.
    ///   - days: the days to count, by the Envoy's clock. A month or year that they cover in part is counted in part.
    public func energy(
        of envoy: String, by step: EnergyStep, equipment: String? = nil, days: ClosedRange<CivilDate>
    ) async throws -> [EnergyPeriod] {
        try await ask("asking for energy in") { db in
            guard var energy = try EnvoyEnergy(serial: envoy, in: db) else { return [] }
            return switch (step, equipment) {
            case (.hour, nil): try energy.hours(days, in: db)
            case (.hour, let equipment?): try energy.hours(days, of: equipment, in: db)
            default: try energy.periods(of: step, days, of: equipment, in: db)
            }
        }
    }
}

/// Answers questions on the energy of one Envoy.
struct EnvoyEnergy {
    let id: Int
    var clock: LocalClock

    /// nil if there is no such Envoy.
    init?(serial: String, in db: Database) throws {
        guard let row = try Row.fetchOne(db, sql: "SELECT id, time_zone FROM envoy WHERE serial = ?", arguments: [serial])
        else { return nil }
        self.init(id: try row.required(0), zone: row.optional(1))
    }

    init(id: Int, zone: String?) {
        self.id = id
        clock = LocalClock(zoneNamed: zone)
    }

    mutating func hours(_ days: ClosedRange<CivilDate>, in db: Database) throws -> [EnergyPeriod] {
        let (start, end) = span(days)
        return try Row.fetchAll(
            db, sql: "SELECT start, joules FROM envoy_hour WHERE envoy_id = ? AND start >= ? AND start < ? ORDER BY start",
            arguments: [id, start, end]
        ).map { row in hour(startingAt: try row.required(0), joules: try row.required(1)) }
    }

    mutating func hours(_ days: ClosedRange<CivilDate>, of equipment: String, in db: Database) throws -> [EnergyPeriod] {
        let (start, end) = span(days)
        var sums: [Int: Int] = [:]
        // Longer intervals than the longest that is spread count where they end.
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT joules, end_timestamp, duration_s FROM interval WHERE end_timestamp > ? AND end_timestamp <= ?
                    AND device_id IN (SELECT id FROM device WHERE envoy_id = ? AND equipment = ?)
                """,
            arguments: [start, end + EnergySpread.longestSeconds, id, equipment])
        while let row = try rows.next() {
            guard let joules: Int = row.optional(0), EnergySpread.plausibleJoules.contains(joules),
                let spread = EnergySpread(
                    endTimestamp: try row.required(1), durationSeconds: try row.required(2), &clock)
            else { continue }
            spread.forEachShare(of: joules) { part, share in
                if part.hourStart >= start, part.hourStart < end { sums[part.hourStart, default: 0] += share }
            }
        }
        return sums.sorted { $0.key < $1.key }.map { hour(startingAt: $0.key, joules: $0.value) }
    }

    mutating func periods(
        of step: EnergyStep, _ days: ClosedRange<CivilDate>, of equipment: String?, in db: Database
    ) throws -> [EnergyPeriod] {
        let range = [days.lowerBound.daysSince1970, days.upperBound.daysSince1970]
        let rows =
            if let equipment {
                try Row.fetchCursor(
                    db,
                    sql: """
                        SELECT day, device_day.joules FROM device_day JOIN device ON device.id = device_id
                        WHERE envoy_id = ? AND equipment = ? AND day BETWEEN ? AND ? ORDER BY day
                        """,
                    arguments: [id, equipment, range[0], range[1]])
            } else {
                try Row.fetchCursor(
                    db, sql: "SELECT day, joules FROM envoy_day WHERE envoy_id = ? AND day BETWEEN ? AND ? ORDER BY day",
                    arguments: [id, range[0], range[1]])
            }
        var sums: [(first: CivilDate, joules: Int)] = []
        while let row = try rows.next() {
            let first = step.firstDay(of: CivilDate(daysSince1970: try row.required(0)))
            let joules: Int = try row.required(1)
            if sums.last?.first == first { sums[sums.count - 1].joules += joules } else { sums.append((first, joules)) }
        }
        return sums.map { first, joules in
            let end = clock.start(of: step.nextFirstDay(after: first))
            return EnergyPeriod(startTimestamp: clock.start(of: first), endTimestamp: end, day: first, joules: joules)
        }
    }

    private mutating func span(_ days: ClosedRange<CivilDate>) -> (start: Int, end: Int) {
        (clock.start(of: days.lowerBound), clock.start(of: days.upperBound.advanced(by: 1)))
    }

    private mutating func hour(startingAt start: Int, joules: Int) -> EnergyPeriod {
        EnergyPeriod(startTimestamp: start, endTimestamp: start + 3_600, day: clock.day(of: start), joules: joules)
    }
}
