import GRDB
import Reports

/// Brings one report's rows into the archive, within a transaction.
struct ReportKeeper {
    private let db: Database
    private let arrival: Arrival
    private let envoy: EnvoyEntry
    private let envoySerial: String
    private let timestamp: Int
    private let firstSeq: Int
    private var nextSeq: Int
    private var book: EquipmentBook
    private var sums: EnergySums
    private let intervals: RowInsertion
    private let readings: RowInsertion
    private var kept = Kept()

    init(_ envoy: Envoy, of arrival: Arrival, in db: Database) throws {
        self.db = db
        self.arrival = arrival
        let received = arrival.source.receivedTimestamp
        timestamp = arrival.report.latestTimestamp ?? received ?? 0
        envoySerial = envoy.serialNumber
        self.envoy = try EnvoyEntry(envoy, at: timestamp, received: received, in: db)
        book = try EquipmentBook(envoyID: self.envoy.id, self.envoy.times, in: db)
        sums = EnergySums(envoyID: self.envoy.id, zone: self.envoy.zone)
        firstSeq = try ArrivalSequence.last(in: db) + 1
        nextSeq = firstSeq
        intervals = try FactTable.interval.makeInsertion(in: db)
        readings = try FactTable.reading.makeInsertion(in: db)
    }

    mutating func keep() throws -> Kept {
        let report = arrival.report
        for device in report.devices { try book.describe(device, at: timestamp, in: db) }
        for interval in report.intervals { try keep(interval) }
        for reading in report.readings { try keep(reading) }
        for event in report.events { try keep(event) }
        try book.flush(in: db)
        if envoy.needsRecount {
            try EnergySums.recount(envoyID: envoy.id, zone: envoy.zone, in: db)
        } else {
            try sums.flush(in: db)
        }
        try count()
        try keepReport()
        return kept
    }

    private mutating func keep(_ interval: Interval) throws {
        let place = try book.place(of: interval.equipment, in: db)
        let device = book.id(at: place)
        intervals.bind(1, nextSeq)
        intervals.bind(2, interval.endTimestamp)
        intervals.bind(3, device)
        intervals.bind(4, interval.durationSeconds)
        intervals.bind(5, interval.measuredSeconds)
        intervals.bind(6, interval.joules)
        intervals.bind(7, otherStatsColumn(interval.otherStats))
        intervals.bind(8, interval.id)
        guard try intervals.run() else {
            let values = [
                interval.endTimestamp.databaseValue, device.databaseValue, interval.durationSeconds.databaseValue,
                column(interval.measuredSeconds), column(interval.joules), column(otherStatsColumn(interval.otherStats)),
            ]
            return try settle(FactTable.interval.compare(values, in: db), \.intervals)
        }
        try settle(.new, \.intervals)
        let counts = sums.add(
            joules: interval.joules, device: device, endTimestamp: interval.endTimestamp,
            durationSeconds: interval.durationSeconds)
        if counts, let joules = interval.joules { book.add(joules: joules, at: place) }
    }

    private mutating func keep(_ reading: Reading) throws {
        let place = try book.place(of: reading.equipment, in: db)
        let flags = reading.flags.map { Int(Int64(bitPattern: $0.rawValue)) }
        readings.bind(1, nextSeq)
        readings.bind(2, reading.timestamp)
        readings.bind(3, book.id(at: place))
        readings.bind(4, reading.durationSeconds)
        readings.bind(5, reading.acMillivolts)
        readings.bind(6, reading.acMillihertz)
        readings.bind(7, reading.dcMillivolts)
        readings.bind(8, reading.dcMilliamperes)
        readings.bind(9, reading.celsius)
        readings.bind(10, reading.conversionErrorSeconds)
        readings.bind(11, reading.conversionErrorCycles)
        readings.bind(12, reading.joules)
        readings.bind(13, flags)
        readings.bind(14, otherStatsColumn(reading.otherStats))
        readings.bind(15, reading.id)
        guard try readings.run() else {
            let values = [
                reading.timestamp.databaseValue, book.id(at: place).databaseValue, reading.durationSeconds.databaseValue,
                column(reading.acMillivolts), column(reading.acMillihertz), column(reading.dcMillivolts),
                column(reading.dcMilliamperes), column(reading.celsius), column(reading.conversionErrorSeconds),
                column(reading.conversionErrorCycles), column(reading.joules), column(flags),
                column(otherStatsColumn(reading.otherStats)),
            ]
            return try settle(FactTable.reading.compare(values, in: db), \.readings)
        }
        book.add(reading, seq: nextSeq, at: place)
        try settle(.new, \.readings)
    }

    private mutating func keep(_ event: Event) throws {
        let named = [event.equipment, event.serialNumber].compactMap(\.self).first { !$0.isEmpty }
        let place = try book.place(of: named ?? envoySerial, in: db)
        let outcome = try EventKeeping.insert(event, device: book.id(at: place), seq: nextSeq, in: db)
        try settle(outcome, \.events)
    }

    /// Counts a row.
    private mutating func settle(_ outcome: FactTable.Outcome, _ kind: WritableKeyPath<Kept.Rows, Int>) throws {
        switch outcome {
        case .new:
            kept.new[keyPath: kind] += 1
            nextSeq += 1
        case .known:
            kept.known[keyPath: kind] += 1
        case .conflicting(let seq, let content):
            kept.conflicting[keyPath: kind] += 1
            try db.cachedStatement(
                sql: "INSERT INTO conflict(seq, report_source, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
            ).execute(arguments: [seq, arrival.source.name, content])
        }
    }

    private func count() throws {
        try db.cachedStatement(
            sql: """
                UPDATE envoy SET interval_count = interval_count + ?, reading_count = reading_count + ?,
                    event_count = event_count + ?, last_report = ?, last_received = ?, clock = ? WHERE id = ?
                """
        ).execute(arguments: [
            kept.new.intervals, kept.new.readings, kept.new.events, envoy.lastReport, envoy.lastReceived, envoy.clock,
            envoy.id,
        ])
    }

    private mutating func keepReport() throws {
        let report = arrival.report
        let isNew = nextSeq > firstSeq
        try db.cachedStatement(
            sql: """
                INSERT INTO report(envoy_id, source, timestamp, received, webcomm_version, interval_count, reading_count,
                    event_count, first_seq, last_seq)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(source) DO NOTHING
                """
        ).execute(arguments: [
            envoy.id, arrival.source.name, report.timestamp, arrival.source.receivedTimestamp ?? unknownReceipt, report.webcommVersion,
            report.intervals.count, report.readings.count, report.events.count,
            isNew ? firstSeq : nil, isNew ? nextSeq - 1 : nil,
        ])
        kept.isKnownSource = db.changesCount == 0
        if kept.isKnownSource { return }
        let id = db.lastInsertedRowID
        for finding in arrival.findings {
            try db.cachedStatement(
                sql: """
                    INSERT INTO finding(envoy_id, kind, element, attribute, count, first_report, last_report)
                    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT(envoy_id, kind, element, attribute)
                    DO UPDATE SET count = count + excluded.count, last_report = (
                        SELECT id FROM report WHERE id IN (last_report, excluded.last_report) ORDER BY received DESC, id DESC LIMIT 1)
                    """
            ).execute(arguments: [
                envoy.id, finding.kind.rawValue, finding.element, finding.attribute ?? "", finding.count, id, id,
            ])
        }
    }
}

/// What stands in `report.received` where nobody knows when it was.
let unknownReceipt = 0
