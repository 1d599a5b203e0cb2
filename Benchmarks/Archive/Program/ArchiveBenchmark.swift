import Archive
import Foundation
import Reports

/// Prints how fast the archive keeps reports and answers questions, as ratios against peers of the same run.
///
/// `archive-benchmark [YEARS]`: how many simulated years to ask about, 10 if not told.
@main struct ArchiveBenchmark {
    static func main() async throws {
        let years = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10
        let folder = FileManager.default.temporaryDirectory.appending(path: "archive-benchmark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await Ingest(folder: folder).run()
        try await RowByRow(folder: folder).run()
        try await Questions(folder: folder, years: years).run()
    }
}

func seconds(_ body: () async throws -> Void) async rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try await body()
    let parts = (clock.now - start).components
    return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func show(_ name: String, _ value: String) {
    print(name.padding(toLength: 56, withPad: " ", startingAt: 0) + value)
    fflush(nil)
}

func thousands(_ value: Double) -> String { String(format: "%.0f k", value / 1_000) }
