import Archive
import BenchmarkRoof
import Foundation
import Reports

/// Milliseconds an answer over years of a roof, and bytes on the disk.
struct Questions {
    let folder: URL
    let years: Int

    func run() async throws {
        let days = years * 365
        let path = folder.appending(path: "years.db").path
        let writer = try await ArchiveWriter.open(path)
        var roof = SampleRoof()
        var count = 0
        let filling = try await seconds {
            try await roof.forEachReport(days: 0..<days, withEvents: true) { report in
                try await writer.keep(report, from: Source(name: "\(count)", receivedTimestamp: report.timestamp))
                count += 1
            }
        }
        let status = try await writer.reader.status()
        let readings = status.envoys.reduce(0) { $0 + $1.readingCount }
        let events = status.envoys.reduce(0) { $0 + $1.eventCount }
        print("\(years) years of \(SampleRoof.panelCount) panels, kept in \(Int(filling)) s:")
        print("  \(readings) readings, as many intervals, \(events) events")
        show("  rows/s", thousands(Double(status.rowCount) / filling))
        try await writer.close()
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        show("  bytes a reading with its interval, sums and indexes", String(format: "%.1f", Double(size) / Double(readings)))

        let reader = try await ArchiveReader.open(path)
        let opening = try await seconds { try await ArchiveReader.open(path, check: .atStart).close() }
        show("  opening with the check at start, ms", String(format: "%.0f", opening * 1_000))
        print("questions, ms: first, then the median of 9 more (goal: below 50)")
        let envoy = "121319000042"
        let now = SampleRoof.firstMidnight + (days - 1) * 86_400 + 13 * 3_600
        let today = CivilDate(year: 2005, month: 1, day: days)
        let month = today.advanced(by: -30)...today
        let all = CivilDate(year: 2000, month: 1, day: 1)...today
        try await time("today") { _ = try await reader.today(now: now) }
        try await time("a month by day") { _ = try await reader.energy(of: envoy, by: .day, days: month) }
        try await time("a month by hour") { _ = try await reader.energy(of: envoy, by: .hour, days: month) }
        try await time("all years by month") { _ = try await reader.energy(of: envoy, by: .month, days: all) }
        try await time("all years by day") { _ = try await reader.energy(of: envoy, by: .day, days: all) }
        try await time("all devices now") { _ = try await reader.devices(now: now) }
        try await time("status") { _ = try await reader.status() }
        try await time("a panel's readings of a day") {
            let filter = RowFilter(timestamps: now - 86_400..<now, equipment: "121333885000.1")
            for try await _ in reader.readings(filter) {}
        }
        let ofEnvoy = RowFilter(envoy: envoy)
        try await time("the first 1,000 episodes of events") { _ = try await page(of: reader.events(ofEnvoy)) }
        try await time("1,000 episodes in the midst of the years") {
            _ = try await page(of: reader.events(RowFilter(timestamps: now - days / 2 * 86_400..<now, envoy: envoy)))
        }
        try await time("the newest 100 episodes") { _ = try await reader.newestEvents(ofEnvoy, limit: 100) }
        try await time("the newest 100 episodes of a panel") {
            _ = try await reader.newestEvents(RowFilter(envoy: envoy, equipment: "121333885000.1"), limit: 100)
        }
        try await time("episodes of the last week, lasting ones too") {
            var filter = RowFilter(timestamps: now - 7 * 86_400..<now, envoy: envoy)
            filter.includesLasting = true
            for try await _ in reader.events(filter) {}
        }
        try await time("1,000 rows for a follower") { _ = try await reader.rows(after: status.lastSeq / 2) }
        let exported = try await seconds {
            let range = now - 30 * 86_400..<now
            for try await _ in reader.readings(RowFilter(timestamps: range)) {}
        }
        show("  an export of 30 days' readings, rows/s", thousands(Double(30 * SampleRoof.stepsPerDay * SampleRoof.panelCount) / exported))
        try await reader.close()
    }

    private func page<Row>(of pages: Pages<Row>) async throws -> [Row]? {
        var iterator = pages.makeAsyncIterator()
        return try await iterator.next()
    }

    private func time(_ name: String, _ question: () async throws -> Void) async throws {
        let first = try await seconds(question)
        var warm: [Double] = []
        for _ in 0..<9 { warm.append(try await seconds(question)) }
        show("  \(name)", String(format: "%7.2f %7.2f", first * 1_000, median(warm) * 1_000))
    }
}
