import Foundation
import Reports
import Testing

@testable import Archive

/// The folder of real captures that lies beside the project, if this machine has it.
private let captures: URL? = {
    let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["HELIOGRAPH_CAPTURES"].map { URL(filePath: $0) }
    let folder = named ?? project.deletingLastPathComponent().appending(path: "shared/captures")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
}()

@Suite(.enabled(if: captures != nil, "no folder of real captures; name it in HELIOGRAPH_CAPTURES")) struct RealCaptureTests {
    @Test func `a real report after an outage is kept whole, its long rows summed on their days`() async throws {
        let captures = try #require(captures)
        let xml = [UInt8](try Data(contentsOf: captures.appending(path: "2015-R3.12.34/report.xml")))
        let decoded = try Report.decode(xml: xml)
        try await withArchive { archive in
            let kept = try await archive.keep(decoded.value, findings: decoded.findings)
            #expect(kept.new == Kept.Rows(intervals: 140, readings: 120, events: 36))
            let all = CivilDate("2015-01-01")...CivilDate("2015-12-31")
            let days = try await archive.reader.energy(of: someEnvoy, by: .day, days: all)
            let energy = decoded.value.intervals.compactMap(\.joules).reduce(0, +)
            #expect(days.reduce(0) { $0 + $1.joules } == energy)
            // The rows that end on the evenings of 11 and 12 July began after dawn of the same day.
            for (day, duration) in [("2015-07-11", 25_800), ("2015-07-12", 56_400)] {
                let long = decoded.value.intervals.filter { $0.durationSeconds == duration }.compactMap(\.joules)
                let sum = try #require(days.first { $0.day == CivilDate(day) }?.joules)
                #expect(sum >= long.reduce(0, +))
            }
            let devices = try await archive.reader.devices(now: 1_438_706_832)
            #expect(devices.count == Set(decoded.value.readings.map(\.equipment) + decoded.value.intervals.map(\.equipment)).count)
            #expect(try await archive.keep(decoded.value).new.total == 0)
        }
    }

    @Test func `the oldest real report tells of conditions and their ends`() async throws {
        let captures = try #require(captures)
        let xml = [UInt8](try Data(contentsOf: captures.appending(path: "2012-R3.0.0/report.xml")))
        let report = try Report.decode(xml: xml).value
        try await withArchive { archive in
            try await archive.keep(report)
            let events = try await archive.reader.events().all()
            #expect(events.count == 8)
            #expect(events.filter(\.isOpen).map(\.equipment) == ["123456104335.1"])
            let panels = try await archive.reader.devices(now: 1_329_134_202)
            #expect(panels.count == 20)
            #expect(panels.allSatisfy { $0.partNumber != nil && $0.latest == nil && $0.channelCondition.flags != nil })
        }
    }
}
