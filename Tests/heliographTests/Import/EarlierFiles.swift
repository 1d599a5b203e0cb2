import Archive
import Foundation
import Reports
import Spool
import TestSupport
import Testing

@testable import Simulator
@testable import heliograph

/// How programs leave a report on the disk.
enum EarlierForm: CaseIterable {
    /// The exact bytes of the request.
    case ours, oursCompressed
    /// What the Python program of 2012 wrote.
    case inflatedRequest, base64Request, xml, compressedXML
    /// What the Java proxy writes.
    case javaXML

    func file(of report: EnvoyReport) throws -> [UInt8] {
        switch self {
        case .ours: try report.request()
        case .oursCompressed: try gzipped(report.request())
        case .inflatedRequest: Self.head + Form.encode(xml: report.xml, webcomm: .v4_6_0)
        case .base64Request: try Self.head + Array(Data(report.body()).base64EncodedString(options: .lineLength76Characters).utf8)
        case .xml, .javaXML: Array(report.xml.utf8)
        case .compressedXML: try gzipped(Array(report.xml.utf8))
        }
    }

    func name(_ stem: String) -> String {
        switch self {
        case .ours, .inflatedRequest, .base64Request: "\(stem).request"
        case .oursCompressed: "\(stem).request.gz"
        case .xml: "\(stem).xml"
        case .compressedXML: "\(stem).xml.gz"
        case .javaXML: "proxy-\(stem).xml"
        }
    }

    private static let head = Array(
        """
        POST http://reports.enphaseenergy.com/emu_reports/performance_report?webcomm_version=4.6.0

        Content-Length = 4711
        Content-Type = application/x-deflate
        Host = reports.enphaseenergy.com:443
        Accept = */*


        """.utf8)
}

/// A small roof, and reports every five minutes from midsummer on.
struct ReportsOfASummer {
    private var model: EnvoyModel

    init(panels: Int = 1, seed: UInt64 = 7) {
        let identity = EnvoyIdentity(place: .freiburg, webcomm: .v4_6_0, seed: seed)
        model = EnvoyModel(
            identity: identity, roof: Roof(place: .freiburg, panelCount: panels, seed: seed), startSeconds: 1_434_844_800)
    }

    mutating func next() -> EnvoyReport {
        model.advance(to: model.nowSeconds + 300)
        let report = model.report(atSeconds: model.nowSeconds)
        model.take(report)
        return report
    }

    /// Writes reports in all forms, a folder a day, each once.
    static func write(_ count: Int, to folder: URL, panels: Int = 1) throws -> [EnvoyReport] {
        var summer = ReportsOfASummer(panels: panels)
        return try (0..<count).map { index in
            let report = summer.next()
            let day = folder.appending(path: "processed/day-\(1000 + index / 288)")
            if index % 288 == 0 { try FileManager.default.createDirectory(at: day, withIntermediateDirectories: true) }
            let form = EarlierForm.allCases[index % EarlierForm.allCases.count]
            try Data(form.file(of: report)).write(to: day.appending(path: form.name("\(100_000 + index)")))
            return report
        }
    }
}

/// The digest of an archive to which reports came one after another, as they do while the proxy runs.
func liveDigest(_ reports: [EnvoyReport], in folder: TemporaryFolder) async throws -> String {
    let writer = try await ArchiveWriter.open(folder.file("live-\(UUID()).sqlite").path)
    for start in stride(from: 0, to: reports.count, by: 16) {
        let arrivals = try reports[start..<min(start + 16, reports.count)].enumerated().map { index, report in
            let body = try ReportBody(decoding: CapturedRequest(report.request()).body)
            let decoded = try Report.decode(xml: body.xml)
            let source = Source(name: "live-\(start + index)", receivedTimestamp: report.timestampSeconds)
            return Arrival(decoded.value, findings: decoded.findings, from: source)
        }
        _ = try await writer.keep(arrivals)
    }
    let digest = try await writer.reader.digest()
    try await writer.close()
    return digest
}

/// The digest of the archive below a data folder, whose sums agree.
func digest(below data: URL) async throws -> String {
    let reader = try await ArchiveReader.open(data.appending(path: "archive.sqlite").path, check: .full)
    #expect(try await reader.sumsAgree())
    let digest = try await reader.digest()
    try await reader.close()
    return digest
}

/// How many files to import where many are wanted; the environment may ask for more, as `make test-import` does.
let importedFileCount = ProcessInfo.processInfo.environment["HELIOGRAPH_IMPORT_FILES"].flatMap { Int($0) } ?? 600

/// Runs `heliograph import` or `replay` with `--json`, to its end.
func takeIn(_ verb: String, _ arguments: String..., data: URL, status: Int32 = 0) async throws -> IntakeSummary {
    let program = try await Program.run(
        Program.built("heliograph"), [verb, "--data", data.path, "--json"] + arguments, within: .seconds(max(300, importedFileCount / 5)))
    #expect(program.status == status, "\(program.errors)")
    return try JSONDecoder().decode(IntakeSummary.self, from: Data(program.output))
}
