import GRDB
import Reports

/// The equipment of one Envoy during a transaction: which number stands for which, and what changes about it.
struct EquipmentBook {
    struct Entry {
        var id: Int
        var described: Int?
        /// Time and duration of the newest reading.
        var latest: (timestamp: Int, durationSeconds: Int)?
        var newLatest: Int?
        var newJoules = 0
    }

    private let envoyID: Int
    private let times: CredibleTimes
    private var places: [String: Int] = [:]
    private var entries: [Entry] = []

    init(envoyID: Int, _ times: CredibleTimes, in db: Database) throws {
        (self.envoyID, self.times) = (envoyID, times)
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT device.id, equipment, described, reading.timestamp, reading.duration_s
                    FROM device LEFT JOIN reading ON reading.seq = latest_reading WHERE envoy_id = ?
                    """),
            arguments: [envoyID])
        while let row = try rows.next() {
            var entry = Entry(id: try row.required(0), described: row.optional(2))
            if let timestamp: Int = row.optional(3) { entry.latest = (timestamp, try row.required(4)) }
            add(entry, equipment: try row.required(1))
        }
    }

    private mutating func add(_ entry: Entry, equipment: String) {
        places[equipment] = entries.count
        entries.append(entry)
    }

    /// Where some equipment, new or known, stands in this book.
    mutating func place(of equipment: String, in db: Database) throws -> Int {
        if let place = places[equipment] { return place }
        let (serial, channel) = EquipmentName.parts(of: equipment)
        try db.cachedStatement(sql: "INSERT INTO device(envoy_id, equipment, serial, channel) VALUES (?, ?, ?, ?)")
            .execute(arguments: [envoyID, equipment, serial, channel])
        add(Entry(id: Int(db.lastInsertedRowID)), equipment: equipment)
        return entries.count - 1
    }

    /// The number by which the archive knows the equipment at a place that `place` gave.
    func id(at place: Int) -> Int { entries[place].id }

    /// Takes note of a new reading: the newest by time is the live one.
    mutating func add(_ reading: Reading, seq: Int, at place: Int) {
        let latest = entries[place].latest
        let isLonger = latest.map { $0.timestamp == reading.timestamp && $0.durationSeconds < reading.durationSeconds } ?? false
        guard isLonger || times.prefers(reading.timestamp, over: latest?.timestamp) else { return }
        entries[place].latest = (reading.timestamp, reading.durationSeconds)
        entries[place].newLatest = seq
    }

    /// Takes note of energy.
    mutating func add(joules: Int, at place: Int) { entries[place].newJoules += joules }

    /// Keeps a description, unless a newer report gave one.
    mutating func describe(_ device: Device, at timestamp: Int, in db: Database) throws {
        let inverter: [DatabaseValue] = [
            column(device.partNumber), column(device.adminState), column(device.imageBits?.rawValue),
        ]
        try describe(device.equipment, device.type, inverter, device.condition, at: timestamp, in: db)
        for channel in device.channels {
            try describe(channel.equipment, channel.type, [.null, .null, .null], channel.condition, at: timestamp, in: db)
        }
    }

    private mutating func describe(
        _ equipment: String, _ type: Int?, _ inverter: [DatabaseValue], _ condition: Condition, at timestamp: Int,
        in db: Database
    ) throws {
        let place = try place(of: equipment, in: db)
        guard times.prefers(timestamp, over: entries[place].described) else { return }
        entries[place].described = timestamp
        let flags = [condition.flags, condition.observed, condition.control].map { column($0?.rawValue) }
        try db.cachedStatement(
            sql: """
                UPDATE device SET described = ?, type = ?, part_number = ?, admin_state = ?, image_bits = ?,
                    condition_flags = ?, observed_flags = ?, control_bits = ? WHERE id = ?
                """
        ).execute(
            arguments: StatementArguments([timestamp.databaseValue, column(type)] + inverter + flags + [id(at: place).databaseValue]))
    }

    /// Writes what changed.
    func flush(in db: Database) throws {
        let update = try RowInsertion(
            "UPDATE device SET latest_reading = ifnull(?, latest_reading), joules = joules + ? WHERE id = ?", in: db)
        for entry in entries where entry.newLatest != nil || entry.newJoules != 0 {
            update.bind(1, entry.newLatest)
            update.bind(2, entry.newJoules)
            update.bind(3, entry.id)
            _ = try update.run()
        }
    }
}

/// A column's value for a number that may be missing.
func column(_ value: Int?) -> DatabaseValue { value?.databaseValue ?? .null }
func column(_ value: String?) -> DatabaseValue { value?.databaseValue ?? .null }
/// Flags take all 64 bits of a column, whose sign bit is their highest.
func column(_ value: UInt64?) -> DatabaseValue { value.map { Int64(bitPattern: $0).databaseValue } ?? .null }
