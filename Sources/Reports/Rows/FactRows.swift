// Attributes → what happened: intervals, readings, events. A report is almost nothing else, so here the compiler goes for speed where all else
// is built for size.

extension Interval {
    /// A row before its attributes are read.
    static var blank: Self { Self(equipment: "", endTimestamp: 0, durationSeconds: 0) }

    /// Takes in the attributes; false where an essential one is missing. In place: a copy of a row costs as much as reading one of its numbers.
    @_optimize(speed)
    mutating func read(_ attributes: XMLAttributes, _ row: inout Row) -> Bool {
        for attribute in attributes {
            switch attribute.name {
            case .id: id = row.number(attribute)
            case .eqid: equipment = row.text(attribute)
            case .endDate: endTimestamp = row.number(attribute) ?? 0
            case .intervalDuration: durationSeconds = row.number(attribute) ?? 0
            case .statDuration: measuredSeconds = row.number(attribute)
            case .stats:
                row.stats(attribute, expecting: 1...1) { index, number in
                    if index == 0 { joules = number } else { otherStats.appendBounded(number) }
                }
            default: row.unknown(attribute)
            }
        }
        return row.isComplete(expected: Self.expected, essential: Self.essential)
    }

    private static let expected = WireNames(.id, .eqid, .endDate, .intervalDuration, .statDuration, .stats)
    private static let essential = WireNames(.eqid, .endDate, .intervalDuration)
}

extension Reading {
    /// A row before its attributes are read.
    static var blank: Self { Self(equipment: "", timestamp: 0, durationSeconds: 0) }

    /// Takes in the attributes; false where an essential one is missing. In place: a copy of a row costs as much as reading one of its numbers.
    @_optimize(speed)
    mutating func read(_ attributes: XMLAttributes, _ row: inout Row) -> Bool {
        for attribute in attributes {
            switch attribute.name {
            case .id: id = row.number(attribute)
            case .eqid: equipment = row.text(attribute)
            case .date: timestamp = row.number(attribute) ?? 0
            case .duration: durationSeconds = row.number(attribute) ?? 0
            case .flags: flags = row.flags(attribute)
            case .stats: row.stats(attribute, expecting: 7...8) { set($0, to: $1) }
            default: row.unknown(attribute)
            }
        }
        return row.isComplete(expected: Self.expected, essential: Self.essential)
    }

    private mutating func set(_ index: Int, to number: Int?) {
        switch index {
        case 0: acMillivolts = number
        case 1: acMillihertz = number
        case 2: dcMillivolts = number
        case 3: dcMilliamperes = number
        case 4: celsius = number
        case 5: conversionErrorSeconds = number
        case 6: conversionErrorCycles = number
        case 7: joules = number
        default: otherStats.appendBounded(number)
        }
    }

    private static let expected = WireNames(.id, .eqid, .date, .duration, .flags, .stats)
    private static let essential = WireNames(.eqid, .date, .duration)
}

extension Event {
    @_optimize(speed)
    init?(_ attributes: XMLAttributes, _ row: inout Row) {
        self.init(id: 0, code: 0, timestamp: 0)
        for attribute in attributes {
            switch attribute.name {
            case .id: id = row.number(attribute) ?? 0
            case .eventCode: code = row.number(attribute) ?? 0
            case .eventState: stateNumber = row.number(attribute)
            case .eventDate: timestamp = row.number(attribute) ?? 0
            case .eqid: equipment = row.text(attribute)
            case .serialNum: serialNumber = row.text(attribute)
            case .correlationID: correlationID = row.number(attribute)
            case .messageKey: messageKey = row.text(attribute)
            default: row.unknown(attribute)
            }
        }
        guard row.isComplete(expected: Self.expected, essential: Self.essential) else { return nil }
    }

    private static let expected = WireNames(.id, .eventCode, .eventState, .eventDate, .eqid)
    private static let essential = WireNames(.id, .eventCode, .eventDate)
}

extension [Int?] {
    /// Appends up to 32 numbers: four times what was ever seen.
    fileprivate mutating func appendBounded(_ number: Int?) {
        if count < 32 { append(number) }
    }
}
