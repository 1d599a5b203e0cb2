import Foundation
import Reports

/// The independent reader of reports, a Python program with lxml; see `peer/report_peer.py`.
enum Peer {
    /// A Python that can import lxml: named in HELIOGRAPH_PEER_PYTHON, or the system's.
    static let python: String? = {
        let named = ProcessInfo.processInfo.environment["HELIOGRAPH_PEER_PYTHON"]
        let candidates = [named, "python3", "/usr/bin/python3"]
        return candidates.compactMap(\.self).first { (try? run($0, ["-c", "import lxml"], input: Data())) != nil }
    }()

    enum Answer: Equatable {
        case lines([String])
        case error(String)
    }

    /// What the peer reads in each document.
    static func read(_ documents: [[UInt8]]) throws -> [Answer] {
        guard let python else { throw CocoaError(.featureUnsupported) }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "peer/report_peer.py")
        let input = documents.map { Data($0).base64EncodedString() + "\n" }.joined()
        let output = try run(python, [script.path], input: Data(input.utf8))
        return try output.split(separator: UInt8(ascii: "\n")).map { line in
            struct Wire: Decodable { var lines: [String]?, error: String? }
            let wire = try JSONDecoder().decode(Wire.self, from: Data(line))
            return wire.lines.map(Answer.lines) ?? .error(wire.error ?? "")
        }
    }

    private static func run(_ program: String, _ arguments: [String], input: Data) throws -> Data {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A folder in the temporary folder may stay.
        let file = folder.appending(path: "input")
        try input.write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardInput = try FileHandle(forReadingFrom: file)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return data
    }
}

/// What our decoder reads, in the peer's words.
func ourLines(_ xml: [UInt8]) -> Peer.Answer {
    let decoded: Decoded<Report>
    do { decoded = try Report.decode(xml: xml) } catch { return .error("\(error)") }
    let report = decoded.value
    func show(_ values: Any?...) -> String {
        values.map { value in
            switch value {
            case let flags as Flags: "\(flags.rawValue)"
            case let degrees as Double: String(format: "%.6f", degrees)
            case let value?: "\(value)"
            case nil: "-"
            }
        }.joined(separator: "|")
    }
    func stats(_ values: [Int?]) -> String { values.map { $0.map(String.init) ?? "-" }.joined(separator: ",") }
    func condition(_ condition: Condition) -> String { show(condition.flags, condition.observed, condition.control) }

    var lines = [show("perf_report", report.timestamp, report.webcommVersion)]
    if let e = report.envoy {
        lines.append(
            show(
                "envoy", e.serialNumber, e.address, e.macAddress, e.timeZone, e.partNumber, e.softwareVersion,
                e.latitudeDegrees, e.longitudeDegrees, e.region))
    }
    for d in report.devices {
        lines.append(
            show("device", d.equipment, d.type, d.partNumber, d.adminState, d.imageBits, condition(d.condition)))
        lines += d.channels.map { show("channel", d.equipment, $0.equipment, $0.type, condition($0.condition)) }
    }
    for i in report.intervals {
        lines.append(
            show(
                "interval", i.id, i.equipment, i.endTimestamp, i.durationSeconds, i.measuredSeconds,
                stats([i.joules] + i.otherStats)))
    }
    for r in report.readings {
        let numbers = [
            r.acMillivolts, r.acMillihertz, r.dcMillivolts, r.dcMilliamperes, r.celsius, r.conversionErrorSeconds,
            r.conversionErrorCycles, r.joules,
        ]
        lines.append(
            show("reading", r.id, r.equipment, r.timestamp, r.durationSeconds, r.flags, stats(numbers + r.otherStats)))
    }
    for v in report.events {
        lines.append(
            show(
                "event", v.id, v.code, v.stateNumber, v.timestamp, v.equipment, v.serialNumber, v.correlationID,
                v.messageKey, v.messageParameters))
    }
    let findings = decoded.findings.map {
        show("finding", $0.kind.rawValue, $0.element, $0.attribute, $0.kind == .unexpectedText ? "some" : "\($0.count)")
    }
    return .lines((lines + findings).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
}
