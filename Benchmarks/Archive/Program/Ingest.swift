import Archive
import BenchmarkRoof
import Foundation
import Reports

/// Rows a second, decoded reports into a new archive: ours against SQLite's C functions with the same tables and durability.
struct Ingest {
    let folder: URL

    func run() async throws {
        print("keeping reports, a flushed transaction each; medians of 5")
        try await compare("500 intervals and 500 readings a report", rowsOfEachKind: 500, days: 24)
        try await compare("30 intervals and 30 readings a report", rowsOfEachKind: 30, days: 6)
    }

    private func compare(_ name: String, rowsOfEachKind: Int, days: Int) async throws {
        var roof = SampleRoof()
        var reports: [Report] = []
        try await roof.forEachReport(days: 0..<days, rowsOfEachKind: rowsOfEachKind) { reports.append($0) }
        let rows = Double(reports.reduce(0) { $0 + $1.intervals.count + $1.readings.count })
        var ours: [Double] = []
        var bare: [Double] = []
        for run in 0..<5 {
            let path = folder.appending(path: "ingest-\(rowsOfEachKind)-\(run)").path
            let writer = try await ArchiveWriter.open(path + "-ours")
            ours.append(
                try await seconds {
                    for (index, report) in reports.enumerated() {
                        try await writer.keep(report, from: Source(name: "\(index)", receivedTimestamp: report.timestamp))
                    }
                })
            try await writer.close()
            try await ArchiveWriter.open(path + "-bare").close()
            let connection = try BareSQLite(path: path + "-bare")
            bare.append(try await seconds { for report in reports { try connection.keep(report) } })
        }
        show("  \(name), rows/s", thousands(rows / median(ours)))
        show("    bare C functions", thousands(rows / median(bare)))
        show("    ratio (goal: at least 0.5)", String(format: "%.2f", median(bare) / median(ours)))
    }
}
