import GRDB

/// Energy that new intervals add to the sums, gathered during a transaction and written at its end.
struct EnergySums {
    private struct DeviceDay: Hashable {
        var device: Int
        var day: Int
    }

    private let envoyID: Int
    private var clock: LocalClock
    private var hours: [Int: Int] = [:]
    private var days: [Int: Int] = [:]
    private var deviceDays: [DeviceDay: Int] = [:]
    /// Neighbouring rows share end and duration: their spread is worked out once.
    private var last: (end: Int, duration: Int, spread: EnergySpread?)?

    init(envoyID: Int, zone: String?) {
        self.envoyID = envoyID
        clock = LocalClock(zoneNamed: zone)
    }

    /// Adds an interval's energy.
    ///
    /// - Returns: whether it counts; not without energy, with an implausible amount, or at a time off the calendar.
    mutating func add(joules: Int?, device: Int, endTimestamp: Int, durationSeconds: Int) -> Bool {
        guard let joules, EnergySpread.plausibleJoules.contains(joules) else { return false }
        if last?.end != endTimestamp || last?.duration != durationSeconds {
            let spread = EnergySpread(endTimestamp: endTimestamp, durationSeconds: durationSeconds, &clock)
            last = (endTimestamp, durationSeconds, spread)
        }
        guard let spread = last?.spread else { return false }
        spread.forEachShare(of: joules) { part, share in
            let day = part.day.daysSince1970
            hours[part.hourStart, default: 0] += share
            days[day, default: 0] += share
            deviceDays[DeviceDay(device: device, day: day), default: 0] += share
        }
        return true
    }

    /// Adds what was gathered to the archive's sums.
    func flush(in db: Database) throws {
        try flush(hours, into: "envoy_hour", keyed: "start", in: db)
        try flush(days, into: "envoy_day", keyed: "day", in: db)
        let addition = try RowInsertion(Self.addition(to: "device_day", owner: "device_id", key: "day"), in: db)
        for (key, joules) in deviceDays { try Self.add(joules, owner: key.device, period: key.day, by: addition) }
    }

    private func flush(_ sums: [Int: Int], into table: String, keyed key: String, in db: Database) throws {
        let addition = try RowInsertion(Self.addition(to: table, owner: "envoy_id", key: key), in: db)
        for (period, joules) in sums { try Self.add(joules, owner: envoyID, period: period, by: addition) }
    }

    private static func add(_ joules: Int, owner: Int, period: Int, by addition: RowInsertion) throws {
        addition.bind(1, owner)
        addition.bind(2, period)
        addition.bind(3, joules)
        _ = try addition.run()
    }

    private static func addition(to table: String, owner: String, key: String) -> String {
        """
        INSERT INTO \(table)(\(owner), \(key), joules) VALUES (?, ?, ?)
        ON CONFLICT(\(owner), \(key)) DO UPDATE SET joules = joules + excluded.joules
        """
    }

    /// The sums over all of an Envoy's intervals.
    static func counted(envoyID: Int, zone: String?, in db: Database) throws -> EnergySums {
        var sums = EnergySums(envoyID: envoyID, zone: zone)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT joules, device_id, end_timestamp, duration_s FROM interval
                WHERE device_id IN (SELECT id FROM device WHERE envoy_id = ?) ORDER BY seq
                """,
            arguments: [envoyID])
        while let row = try rows.next() {
            _ = sums.add(
                joules: row.optional(0), device: try row.required(1), endTimestamp: try row.required(2),
                durationSeconds: try row.required(3))
        }
        return sums
    }

    /// Counts all of an Envoy's intervals anew, as after its time zone has changed: its days are other days then.
    static func recount(envoyID: Int, zone: String?, in db: Database) throws {
        let sums = try counted(envoyID: envoyID, zone: zone, in: db)
        try db.execute(sql: "DELETE FROM envoy_hour WHERE envoy_id = ?", arguments: [envoyID])
        try db.execute(sql: "DELETE FROM envoy_day WHERE envoy_id = ?", arguments: [envoyID])
        try db.execute(
            sql: "DELETE FROM device_day WHERE device_id IN (SELECT id FROM device WHERE envoy_id = ?)",
            arguments: [envoyID])
        try sums.flush(in: db)
    }

    /// Whether the archive's sums are these.
    func agreesWithArchive(in db: Database) throws -> Bool {
        func stored(_ sql: String) throws -> [Int: Int] {
            try Dictionary(
                Row.fetchAll(db, sql: sql, arguments: [envoyID]).map { (try $0.required(0), try $0.required(1)) },
                uniquingKeysWith: { first, _ in first })
        }
        guard try stored("SELECT start, joules FROM envoy_hour WHERE envoy_id = ?") == hours,
            try stored("SELECT day, joules FROM envoy_day WHERE envoy_id = ?") == days
        else { return false }
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT device_id, day, device_day.joules FROM device_day JOIN device ON device.id = device_id
                WHERE envoy_id = ?
                """,
            arguments: [envoyID])
        let storedDays = try Dictionary(
            rows.map { (DeviceDay(device: try $0.required(0), day: try $0.required(1)), try $0.required(2, as: Int.self)) },
            uniquingKeysWith: { first, _ in first })
        let totals = deviceDays.reduce(into: [Int: Int]()) { $0[$1.key.device, default: 0] += $1.value }
        let storedTotals = try stored("SELECT id, joules FROM device WHERE envoy_id = ?").filter { $0.value != 0 }
        return storedDays == deviceDays && storedTotals == totals.filter { $0.value != 0 }
    }
}
