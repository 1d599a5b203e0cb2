import GRDB
import Reports

/// A row as it was kept: an interval, a reading or an event, of which Envoy, and as the how-manieth.
public struct ArchivedRow<Fact: Equatable & Sendable>: Equatable, Sendable {
    /// Its place in the order of arrival, from 1, across all kinds.
    public var seq: Int
    /// The serial number of its Envoy.
    public var envoy: String
    public var fact: Fact

    public init(seq: Int, envoy: String, fact: Fact) {
        self.seq = seq
        self.envoy = envoy
        self.fact = fact
    }

    func map<Other>(_ transform: (Fact) -> Other) -> ArchivedRow<Other> {
        ArchivedRow<Other>(seq: seq, envoy: envoy, fact: transform(fact))
    }
}

/// The columns that make up a fact, in the order in which the initialisers below read them.
enum FactColumns {
    static let interval = """
        interval.end_timestamp, interval.duration_s, interval.measured_s, interval.joules, interval.wire_id,
        interval.other_stats
        """
    static let reading = """
        reading.timestamp, reading.duration_s, reading.ac_mv, reading.ac_mhz, reading.dc_mv, reading.dc_ma,
        reading.celsius, reading.error_s, reading.error_cycles, reading.joules, reading.flags, reading.wire_id,
        reading.other_stats
        """
    static let event = """
        event.timestamp, event.code, event.state, event.wire_id, event.correlation_id, event.serial, event.message_key,
        event.message_parameters
        """
}

extension Interval {
    init(_ row: Row, at index: Int, equipment: String) throws {
        self.init(
            id: row.optional(index + 4), equipment: equipment, endTimestamp: try row.required(index),
            durationSeconds: try row.required(index + 1))
        measuredSeconds = row.optional(index + 2)
        joules = row.optional(index + 3)
        otherStats = Archive.otherStats(row.optional(index + 5))
    }
}

extension Reading {
    init(_ row: Row, at index: Int, equipment: String) throws {
        self.init(
            id: row.optional(index + 11), equipment: equipment, timestamp: try row.required(index),
            durationSeconds: try row.required(index + 1))
        acMillivolts = row.optional(index + 2)
        acMillihertz = row.optional(index + 3)
        dcMillivolts = row.optional(index + 4)
        dcMilliamperes = row.optional(index + 5)
        celsius = row.optional(index + 6)
        conversionErrorSeconds = row.optional(index + 7)
        conversionErrorCycles = row.optional(index + 8)
        joules = row.optional(index + 9)
        flags = Flags(row, at: index + 10)
        otherStats = Archive.otherStats(row.optional(index + 12))
    }
}

extension Event {
    init(_ row: Row, at index: Int, equipment: String) throws {
        self.init(id: try row.required(index + 3), code: try row.required(index + 1), timestamp: try row.required(index))
        self.equipment = equipment
        stateNumber = row.optional(index + 2)
        correlationID = row.optional(index + 4)
        serialNumber = row.optional(index + 5)
        messageKey = row.optional(index + 6)
        messageParameters = row.optional(index + 7)
    }
}

extension Flags {
    init?(_ row: Row, at index: Int) {
        guard let bits: Int64 = row.optional(index) else { return nil }
        self.init(rawValue: UInt64(bitPattern: bits))
    }
}
