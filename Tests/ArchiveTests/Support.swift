import Foundation
import Reports

@testable import Archive

/// A folder of its own for a test, removed after it.
func withFolder<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "archive-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}

/// A new archive of its own for a test.
func withArchive<Value>(_ body: (ArchiveWriter) async throws -> Value) async throws -> Value {
    try await withFolder { folder in
        let writer = try await ArchiveWriter.open(folder.appending(path: "archive.db").path)
        let value = try await body(writer)
        try await writer.close()
        return value
    }
}

/// A report of one Envoy. Its timestamp is that of the newest row unless told.
func report(
    _ envoy: String = "121319000042", zone: String? = "US/Pacific", at timestamp: Int? = nil, intervals: [Interval] = [],
    readings: [Reading] = [], events: [Event] = [], devices: [Device] = []
) -> Report {
    var report = Report()
    report.envoy = Envoy(serialNumber: envoy)
    report.envoy?.timeZone = zone
    let times = intervals.map(\.endTimestamp) + readings.map(\.timestamp) + events.map(\.timestamp)
    report.timestamp = timestamp ?? times.max() ?? 1_436_646_900
    report.intervals = intervals
    report.readings = readings
    report.events = events
    report.devices = devices
    return report
}

func interval(_ equipment: String, _ end: Int, _ duration: Int = 300, joules: Int?, id: Int? = nil) -> Interval {
    var interval = Interval(id: id, equipment: equipment, endTimestamp: end, durationSeconds: duration)
    interval.measuredSeconds = duration
    interval.joules = joules
    return interval
}

func reading(_ equipment: String, _ timestamp: Int, _ duration: Int = 300, joules: Int?, id: Int? = nil) -> Reading {
    var reading = Reading(id: id, equipment: equipment, timestamp: timestamp, durationSeconds: duration)
    (reading.acMillivolts, reading.acMillihertz) = (240_000, 59_985)
    (reading.dcMillivolts, reading.dcMilliamperes, reading.celsius) = (28_000, 7_400, 46)
    (reading.conversionErrorSeconds, reading.conversionErrorCycles) = (0, 0)
    reading.joules = joules
    reading.flags = Flags(rawValue: 0)
    return reading
}

func event(
    _ id: Int, _ code: Int, _ state: Event.State, _ timestamp: Int, _ equipment: String = "121333885639",
    pairsWith correlation: Int? = nil
) -> Event {
    var event = Event(id: id, code: code, timestamp: timestamp)
    event.stateNumber = state.rawValue
    event.equipment = equipment
    event.correlationID = correlation
    return event
}

extension ArchiveWriter {
    /// Keeps a report from a source of its own.
    @discardableResult
    func keep(_ report: Report, findings: [Finding] = []) async throws -> Kept {
        try await keep(report, findings: findings, from: Source(name: UUID().uuidString, receivedTimestamp: 1_500_000_000))
    }
}

extension Pages {
    func all() async throws -> [Row] {
        var all: [Row] = []
        for try await page in self { all += page }
        return all
    }
}

extension CivilDate {
    /// A date from its ISO 8601 form.
    init(_ text: String) {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        self.init(year: parts[0], month: parts[1], day: parts[2])
    }
}

/// An instant from its ISO 8601 form in UTC.
func instant(_ text: String) throws -> Int {
    Int(try Date(text, strategy: .iso8601).timeIntervalSince1970)
}

let panel = "121333885639.1"
let otherPanel = "121333996842.1"
let someEnvoy = "121319000042"

/// Why `body` fails; nil if it does not, or with an error of another kind.
func causeOfFailure(_ body: () async throws -> Void) async -> ArchiveError.Cause? {
    do { try await body() } catch { return (error as? ArchiveError)?.cause }
    return nil
}
