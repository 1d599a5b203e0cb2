import Archive
import Reports

/// The rows that Envoys send.
extension RowTable {
    static let intervals = RowTable(
        [
            Column("envoy"), Column("device", "device"), Column("end", "end"), Column("durationSeconds", "s"), Column("joules", "J"),
            Column("watts", "W"), Column("measuredSeconds"), Column("id"), Column("otherStats"),
        ],
        pages: { archive, scope in
            var filter = scope.filter
            // An interval that ends at midnight is of the day before.
            if scope.days != nil { filter.timestamps = filter.timestamps.lowerBound + 1..<filter.timestamps.upperBound + 1 }
            return archive.intervals(filter)
        },
        cells: { row in
            let interval = row.fact
            return [
                .text(row.envoy), .text(interval.equipment), .time(interval.endTimestamp), .integer(interval.durationSeconds),
                Cell(interval.joules), Cell(interval.averageWatts), Cell(interval.measuredSeconds), Cell(interval.id),
                Cell(list: interval.otherStats),
            ]
        })

    static let readings = RowTable(
        [
            Column("envoy"), Column("device", "device"), Column("time", "time"), Column("durationSeconds", "s"), Column("watts", "W"),
            Column("acVolts", "AC V"), Column("acHertz", "Hz"), Column("dcVolts", "DC V"), Column("dcAmperes", "DC A"),
            Column("celsius", "°C"), Column("errorSeconds"), Column("errorCycles"), Column("joules"), Column("flags"),
            Column("id"), Column("otherStats"),
        ],
        pages: { archive, scope in archive.readings(scope.filter) },
        cells: { row in
            let reading = row.fact
            return [
                .text(row.envoy), .text(reading.equipment), .time(reading.timestamp), .integer(reading.durationSeconds),
                Cell(reading.averageWatts), Cell(thousandths: reading.acMillivolts), Cell(thousandths: reading.acMillihertz),
                Cell(thousandths: reading.dcMillivolts), Cell(thousandths: reading.dcMilliamperes), Cell(reading.celsius),
                Cell(reading.conversionErrorSeconds), Cell(reading.conversionErrorCycles), Cell(reading.joules),
                Cell(reading.flags?.description), Cell(reading.id), Cell(list: reading.otherStats),
            ]
        })

    static let events = RowTable(
        [
            Column("envoy"), Column("device", "device"), Column("code", "code"), Column("name", "name"), Column("kind", "kind"),
            Column("began", "began"), Column("ended", "ended"), Column("durationSeconds", "s"), Column("messageKey"),
            Column("messageParameters"),
        ],
        pages: { archive, scope in archive.events(scope.filter) },
        cells: { event in
            let duration = event.beganTimestamp.flatMap { began in event.endedTimestamp.map { $0.seconds(since: began) } }
            return [
                .text(event.envoy), .text(event.equipment), .integer(event.code), Cell(event.name), .text(event.kind.word),
                Cell(time: event.beganTimestamp), Cell(time: event.endedTimestamp), Cell(duration), Cell(event.messageKey),
                Cell(event.messageParameters),
            ]
        })
}

extension EventEpisode.Kind {
    /// `raised`, `cleared` (of which no raise is known), `momentary`, or `state 3` for one without a known meaning.
    var word: String {
        switch self {
        case .momentary: "momentary"
        case .raised: "raised"
        case .cleared: "cleared"
        case .unknown(let state): state.map { "state \($0)" } ?? "unknown"
        }
    }
}

extension Cell {
    /// Numbers of unknown meaning, with commas between; empty for what was no number.
    fileprivate init(list: [Int?]) {
        self = list.isEmpty ? .none : .text(list.map { $0.map(String.init) ?? "" }.joined(separator: ","))
    }
}
