import Archive
import BenchmarkRoof
import Dashboard
import Foundation
import Logging
import ServiceLifecycle
import SystemPackage

/// Prints how long pages and the API take over years of a roof, what they weigh, and when a browser shows something of them.
///
/// `dashboard-benchmark [YEARS]` makes such an archive first, of 10 years if not told; `dashboard-benchmark FILE` asks one that is there,
/// as if it were noon on the day of its newest report.
@main struct DashboardBenchmark {
    static func main() async throws {
        let argument = CommandLine.arguments.dropFirst().first ?? "10"
        let folder = FileManager.default.temporaryDirectory.appending(path: "dashboard-benchmark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var path = argument
        if let years = Int(argument) {
            path = folder.appending(path: "archive.sqlite").path
            try await fill(path, days: max(1, years) * 365)
        }
        let reader = try await ArchiveReader.open(path)
        let last = try await reader.status().envoys.compactMap(\.lastReportTimestamp).max() ?? 0
        try await reader.close()
        let capture = try SampleSpool.fill(folder, days: 3_650, ending: day(of: last))
        sync()

        let (ports, port) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let configuration = DashboardConfiguration(
            address: "127.0.0.1", port: 0, archivePath: path, spool: FilePath(folder.path), passwordFile: FilePath(folder.path + "/none"),
            clock: { last + 60 })
        let service = DashboardService(configuration, logger: Logger(label: "benchmark"), onListening: { port.yield($0) })
        let group = ServiceGroup(configuration: .init(services: [service], logger: Logger(label: "services")))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await port in ports.prefix(1) { try Questions(port: port, day: day(of: last).description, capture: capture).run() }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private static func fill(_ path: String, days: Int) async throws {
        let writer = try await ArchiveWriter.open(path)
        var roof = SampleRoof()
        var count = 0
        try await roof.forEachReport(days: 0..<days) { report in
            try await writer.keep(report, from: Source(name: "\(count)", receivedTimestamp: report.timestamp ?? 0))
            count += 1
        }
        try await writer.close()
        // What was written is on the disk before anything is measured.
        sync()
        print("\(days) days of \(SampleRoof.panelCount) panels")
    }

    private static func day(of timestamp: Int) -> CivilDate {
        var clock = LocalClock(zoneNamed: "US/Pacific")
        return clock.day(of: timestamp)
    }
}

/// Asks each page and route ten times.
struct Questions {
    let port: Int
    /// A day of which there is something.
    let day: String
    /// One of the captures.
    let capture: String

    func run() throws {
        let year = day.prefix(4)
        let panel = "121333885000.1"
        let paths = [
            "/", "/history?view=day&at=\(day)", "/history?view=week&at=\(day)", "/history?view=month&at=\(day)",
            "/history?view=year&at=\(day)",
            "/history?view=all", "/panels", "/panels/\(panel)", "/roof", "/events", "/captures",
            "/captures/\(capture)",
            "/assets/chart.js", "/assets/dygraph.js",
            "/api/v1/now", "/api/v1/power?from=\(day)&to=\(day)", "/api/v1/energy?by=hour&from=\(year)-01-01&to=\(day)",
            "/api/v1/energy?by=month&from=1990-01-01&to=\(day)", "/api/v1/energy?by=day&from=1990-01-01&to=\(day)",
            "/api/v1/devices/\(panel)/readings?from=\(day)&to=\(day)", "/api/v1/devices/\(panel)/energy?by=month&from=1990-01-01&to=\(day)",
            "/api/v1/events", "/api/v1/service", "/api/v1/devices", "/api/v1/roof", "/api/v1/alerts", "/api/v1/captures",
            "/api/v1/captures/\(capture)", "/api/v1/captures/\(capture)/xml",
        ]
        print("milliseconds to the first byte: first, then the median of 9 more, and of those to the last byte; bytes behind the head")
        for path in paths {
            let first = try Exchange(path, port: port)
            let others = try (0..<9).map { _ in try Exchange(path, port: port) }
            let (begun, ended) = (others.map(\.seconds).sorted()[4], others.map(\.wholeSeconds).sorted()[4])
            let line = String(
                format: "%8.1f %8.1f %8.1f %9d  %d", first.seconds * 1_000, begun * 1_000, ended * 1_000, first.bodyBytes, first.status)
            print(path.padding(toLength: 72, withPad: " ", startingAt: 0) + line)
        }
        try paint(paths.filter { !$0.hasPrefix("/api/") && !$0.hasPrefix("/assets/") })
    }

    /// The same in a browser, where there are one and Python.
    private func paint(_ paths: [String]) throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "paint.py").path
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script, "http://127.0.0.1:\(port)"] + paths
        try process.run()
        process.waitUntilExit()
        if process.terminationStatus != 0 { print("no browser to measure in: paint.py ended with \(process.terminationStatus)") }
    }
}
