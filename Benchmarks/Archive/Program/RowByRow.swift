import Archive
import BenchmarkRoof
import Foundation
import Reports

/// XML files into a new archive: ours against an importer in Python that commits each row.
struct RowByRow {
    let folder: URL

    func run() async throws {
        let files = folder.appending(path: "xml")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        var roof = SampleRoof()
        var paths: [URL] = []
        try await roof.forEachReport(days: 0..<12) { report in
            let path = files.appending(path: String(format: "%05d.xml", paths.count))
            try Data(report.xml.utf8).write(to: path)
            paths.append(path)
        }
        var rows = 0
        let writer = try await ArchiveWriter.open(folder.appending(path: "xml.db").path)
        let time = try await seconds {
            for path in paths {
                let decoded = try Report.decode(xml: [UInt8](Data(contentsOf: path)))
                let source = Source(name: path.lastPathComponent, receivedTimestamp: decoded.value.timestamp)
                rows += try await writer.keep(decoded.value, findings: decoded.findings, from: source).new.total
            }
        }
        try await writer.close()
        print("importing XML files")
        show("  decoding and keeping, rows/s", thousands(Double(rows) / time))
        guard let peer = try python(files) else { return print("  SKIPPED the importer in Python: no python3") }
        show("    Python, a commit a row", String(format: "%.0f", peer))
        show("    ratio (goal: at least 50)", String(format: "%.0f", Double(rows) / time / peer))
    }

    /// Rows a second.
    private func python(_ files: URL) throws -> Double? {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "row_by_row.py")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script.path, files.path, "10"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let numbers = output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        return numbers.count == 2 ? numbers[0] / numbers[1] : nil
    }
}
