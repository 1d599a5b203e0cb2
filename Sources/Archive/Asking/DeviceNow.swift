import GRDB
import Reports

/// A panel with its microinverter, as it is now.
public struct DeviceNow: Equatable, Sendable {
    /// The serial number of its Envoy.
    public var envoy: String
    /// `serial.channel`.
    public var equipment: String
    /// The microinverter's serial number.
    public var serialNumber: String
    /// The microinverter's input; nil if it was described without one.
    public var channel: Int?
    /// The microinverter's part number, state (1 discovered, 2 verified, 3 deleted) and flags.
    public var partNumber: String?
    public var adminState: Int?
    public var inverterCondition: Condition
    /// The channel's flags.
    public var channelCondition: Condition
    /// The reading with the newest time: power, volts, temperature. nil if there was none.
    public var latest: Reading?
    /// Energy of the day by the Envoy's clock, joules.
    public var joulesToday: Int
    /// Energy of all time, joules.
    public var joulesTotal: Int
    /// Energy of the last days, today included, divided by that of the median panel of the same Envoy; nil if that is 0, and of a panel
    /// that has not been there for all of these days, though others have.
    public var shareOfMedian: Double?
}

extension ArchiveReader {
    /// All panels as they are at `now`, by Envoy and equipment.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970 UTC; decides which day is today.
    ///   - shareDays: over how many days, at least 1, panels are compared; a week evens out a shadow in the morning.
    public func devices(now: Int, shareDays: Int = 7) async throws -> [DeviceNow] {
        try await ask("asking for devices in") { db in
            var devices: [DeviceNow] = []
            for envoy in try Row.fetchAll(db, sql: "SELECT id, serial, time_zone FROM envoy ORDER BY serial") {
                var clock = LocalClock(zoneNamed: envoy.optional(2))
                let today = clock.day(of: clamped(now)).daysSince1970
                let first = today - max(1, min(shareDays, 40_000)) + 1
                let rows = try Row.fetchAll(
                    db, sql: panelsNow, arguments: ["today": today, "first": first, "envoy": try envoy.required(0, as: Int.self)])
                let recent = comparedJoules(rows, since: first)
                let median = median(recent.compactMap(\.self).filter { $0 > 0 })
                for (row, joules) in zip(rows, recent) {
                    var device = try DeviceNow(row, envoy: envoy.required(1))
                    device.shareOfMedian = median > 0 ? joules.map { Double($0) / median } : nil
                    devices.append(device)
                }
            }
            return devices
        }
    }
}

/// An instant within the calendar.
func clamped(_ instant: Int) -> Int {
    min(max(instant, LocalClock.instants.lowerBound), LocalClock.instants.upperBound)
}

func median(_ values: [Int]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? Double(sorted[middle]) : (Double(sorted[middle - 1]) + Double(sorted[middle])) / 2
}

private enum Column {
    static let recent = 13
    static let firstDay = 14
    static let reading = 15
}

/// Each panel's energy of the last days, joules; nil for one that came within them, unless it is as old as the oldest.
private func comparedJoules(_ rows: [Row], since first: Int) -> [Int?] {
    let beginnings: [Int?] = rows.map { row in row.optional(Column.firstDay) }
    let oldest = beginnings.compactMap(\.self).min() ?? first
    return zip(rows, beginnings).map { row, beginning in
        // Its first day, too, may have been a part of one.
        if let beginning, beginning >= first, beginning > oldest { return nil }
        return row.optional(Column.recent, as: Int.self) ?? 0
    }
}

/// Channels, and what has no channel but is an inverter or was measured.
private let panelsNow = """
    SELECT device.equipment, device.serial, device.channel,
        ifnull(inverter.part_number, device.part_number), ifnull(inverter.admin_state, device.admin_state),
        inverter.condition_flags, inverter.observed_flags, inverter.control_bits,
        device.condition_flags, device.observed_flags, device.control_bits,
        device.joules, today.joules,
        (SELECT sum(joules) FROM device_day WHERE device_id = device.id AND day BETWEEN :first AND :today),
        (SELECT min(day) FROM device_day WHERE device_id = device.id),
        \(FactColumns.reading)
    FROM device
    LEFT JOIN device inverter ON inverter.envoy_id = device.envoy_id AND inverter.serial = device.serial
        AND inverter.channel IS NULL AND inverter.id <> device.id
    LEFT JOIN device_day today ON today.device_id = device.id AND today.day = :today
    LEFT JOIN reading ON reading.seq = device.latest_reading
    WHERE device.envoy_id = :envoy AND (
        device.channel IS NOT NULL OR device.latest_reading IS NOT NULL OR device.joules <> 0
        OR (device.type = 1 AND NOT EXISTS (
            SELECT 1 FROM device one
            WHERE one.envoy_id = device.envoy_id AND one.serial = device.serial AND one.channel IS NOT NULL)))
    ORDER BY device.equipment
    """

extension DeviceNow {
    fileprivate init(_ row: Row, envoy: String) throws {
        self.envoy = envoy
        equipment = try row.required(0)
        serialNumber = try row.required(1)
        channel = row.optional(2)
        partNumber = row.optional(3)
        adminState = row.optional(4)
        inverterCondition = Condition(row, at: channel == nil ? 8 : 5)
        channelCondition = Condition(row, at: 8)
        joulesTotal = try row.required(11)
        joulesToday = row.optional(12) ?? 0
        latest =
            row.optional(Column.reading, as: Int.self) == nil
            ? nil : try Reading(row, at: Column.reading, equipment: equipment)
    }
}

extension Condition {
    fileprivate init(_ row: Row, at index: Int) {
        self.init()
        flags = Flags(row, at: index)
        observed = Flags(row, at: index + 1)
        control = Flags(row, at: index + 2)
    }
}
