import Archive
import Foundation
import Reports

/// A report with just the rows that a test is about.
struct MadeReport {
    var report = Report()

    init(_ envoy: String, zone: String?, firmware: String? = nil) {
        report.envoy = Envoy(serialNumber: envoy)
        report.envoy?.timeZone = zone
        report.envoy?.softwareVersion = firmware
    }

    func interval(_ equipment: String, end: Int, duration: Int = 300, joules: Int?) -> MadeReport {
        var interval = Interval(equipment: equipment, endTimestamp: end, durationSeconds: duration)
        interval.joules = joules
        var made = self
        made.report.intervals.append(interval)
        made.report.timestamp = max(report.timestamp ?? 0, end)
        return made
    }

    func reading(_ equipment: String, at timestamp: Int, joules: Int?, celsius: Int = 42) -> MadeReport {
        var reading = Reading(id: 7, equipment: equipment, timestamp: timestamp, durationSeconds: 300)
        (reading.acMillivolts, reading.acMillihertz, reading.dcMillivolts, reading.dcMilliamperes) = (233_345, 50_020, 29_504, 6_705)
        (reading.celsius, reading.joules, reading.flags) = (celsius, joules, Flags(rawValue: 0))
        (reading.conversionErrorSeconds, reading.conversionErrorCycles) = (0, 0)
        var made = self
        made.report.readings.append(reading)
        made.report.timestamp = max(report.timestamp ?? 0, timestamp)
        return made
    }

    func event(_ id: Int, _ code: Int, state: Int?, at timestamp: Int, _ equipment: String, pairsWith: Int? = nil) -> MadeReport {
        var event = Event(id: id, code: code, timestamp: timestamp)
        (event.stateNumber, event.equipment, event.correlationID) = (state, equipment, pairsWith)
        var made = self
        made.report.events.append(event)
        made.report.timestamp = max(report.timestamp ?? 0, timestamp)
        return made
    }

    func device(_ serial: String, adminState: Int = 1, condition: UInt64 = 0, channel: UInt64 = 0) -> MadeReport {
        var device = Device(equipment: serial)
        (device.type, device.adminState, device.condition.flags) = (1, adminState, Flags(rawValue: condition))
        device.channels = [Channel(equipment: serial + ".1")]
        device.channels[0].condition.flags = Flags(rawValue: channel)
        var made = self
        made.report.devices.append(device)
        return made
    }
}

extension SimulatedHouse {
    /// Keeps a report; its source is its time and a number.
    func keep(_ made: MadeReport, findings: [Finding] = []) async throws {
        let archive = try await ArchiveWriter.open(archive)
        let count = try await archive.reader.status().reportCount
        let source = Source(name: "2015-06-21T08:30:07-\(100_000 + count)", receivedTimestamp: (made.report.timestamp ?? 0) + 7)
        try await archive.keep(made.report, findings: findings, from: source)
        try await archive.close()
    }
}
