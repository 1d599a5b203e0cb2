import Archive
import Foundation
import Reports
import TestSupport

@testable import Simulator

/// An archive of what simulated Envoys told, and what they measured, to count for oneself.
struct SimulatedHouse {
    let folder: TemporaryFolder
    /// By the serial number of the Envoy.
    private(set) var intervals: [String: [SimulatedInterval]] = [:]
    private(set) var readings: [String: [SimulatedReading]] = [:]

    static let berlin = Place.freiburg
    static let angeles = Place(latitude: 34.05, longitude: -118.24, timezone: "America/Los_Angeles")

    /// `--data` for the verbs.
    var data: String { folder.path }
    var archive: String { folder.file("archive.sqlite").path(percentEncoded: false) }

    init() throws { folder = try TemporaryFolder() }

    /// Lets an Envoy live from one instant to another, and keeps its reports.
    ///
    /// - Parameter unpoweredSeconds: how long it has no power before.
    mutating func live(
        _ serial: String, at place: Place = berlin, panels: Int = 3, from start: Int, to end: Int, unpoweredSeconds: Int = 0
    ) async throws {
        let identity = EnvoyIdentity(serial: serial, place: place, webcomm: .v4_6_0, seed: 1)
        var model = EnvoyModel(
            identity: identity, roof: Roof(place: place, panelCount: panels, seed: UInt64(serial) ?? 1),
            startSeconds: start - unpoweredSeconds)
        model.passUnpowered(until: start)
        let archive = try await ArchiveWriter.open(archive)
        while model.nowSeconds < end || model.backlogCount > 0 {
            model.advance(to: min(end, model.nowSeconds + 3_600))
            let report = model.report(atSeconds: model.nowSeconds)
            intervals[serial, default: []] += report.intervals
            readings[serial, default: []] += report.readings
            let decoded = try Report.decode(xml: Array(report.xml.utf8))
            let source = Source(
                name: "\(serial)-\(intervals[serial]?.count ?? 0)-\(model.nowSeconds)", receivedTimestamp: model.nowSeconds + 7)
            try await archive.keep(decoded.value, findings: decoded.findings, from: source)
            model.take(report)
        }
        try await archive.close()
    }
}
