import ArgumentParser
import Archive
import Foundation

/// `heliograph export`: rows for other programs.
struct ExportCommand: AskingCommand {
    /// What can be exported.
    enum Table: String, CaseIterable, ExpressibleByArgument {
        case intervals, readings, events, devices, envoys, energy, reports, conflicts, findings
    }

    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write rows as CSV or JSON lines, as many as there are.",
        discussion: """
            The first line of CSV names the columns, with their units; JSON lines have the same names as keys. Times are ISO \
            8601 with their offset. Rows are those of one Envoy after the other, by time; without --from and --to all of \
            them. An event belongs to the day on which it began. Reports and conflicts (rows that came again and said something \
            else; the first stayed) are in the order of their arrival. Devices, envoys and findings are as they are now.
            """)

    @Argument(help: "What: \(Table.allCases.map(\.rawValue).joined(separator: ", ")).") var table: Table
    @OptionGroup var options: AskingOptions
    @OptionGroup var rows: RowOptions
    @Option(help: "csv or jsonl.") var format: RowFormat?
    @Option(help: "For energy: how long the periods are.") var by: EnergyStep?
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write to a file; it appears whole, or not at all.", valueName: "file"),
        completion: .file())
    var output: String?

    func validate() throws {
        if options.json, format == .csv { throw ValidationError("--json and --format csv exclude each other") }
        if by != nil, table != .energy { throw ValidationError("--by is for energy only") }
        if rows.device != nil, table == .reports { throw ValidationError("--device does not apply to reports") }
        guard [.devices, .envoys, .findings].contains(table) else { return }
        if rows.from != nil || rows.to != nil {
            throw ValidationError("\(table.rawValue) are as they are now: --from and --to do not apply")
        }
        if rows.device != nil, table != .devices { throw ValidationError("--device does not apply to \(table.rawValue)") }
    }

    func answer(from archive: AskedArchive, to standard: AnswerOutput) async throws {
        let kind: AskedArchive.DeviceKind = [.events, .devices, .conflicts].contains(table) ? .any : .panel
        var scopes = try await rows.scopes(in: archive, kind: kind, usual: nil)
        for index in scopes.indices { scopes[index].step = by ?? .day }
        let form: RowWriter.Form = options.json || format == .jsonl ? .jsonLines : .csv
        guard let output else { return try await archive.write(rowTable, scopes, as: form, to: standard) }
        let file = try ExportFile(output, besides: archive.reader.path)
        do {
            var progress = RowProgress(name: output)
            try await archive.write(rowTable, scopes, as: form, to: file.output) { progress.tell($0) }
            try file.finish()
            progress.end()
        } catch {
            file.abandon()
            throw error
        }
    }

    private var rowTable: RowTable {
        switch table {
        case .intervals: .intervals
        case .readings: .readings
        case .events: .events
        case .devices: .devices
        case .envoys: .envoys
        case .energy: .energy
        case .reports: .reports
        case .conflicts: .conflicts
        case .findings: .findings
        }
    }
}

/// How many rows were written, for a person who waits at a terminal.
struct RowProgress {
    private let name: String
    private let isShown = isatty(STDERR_FILENO) == 1
    private let began = ContinuousClock.now
    private var last = ContinuousClock.now
    private var count = 0

    init(name: String) { self.name = name }

    mutating func tell(_ count: Int) {
        self.count = count
        let now = ContinuousClock.now
        guard isShown, now - last > .milliseconds(250) else { return }
        last = now
        let rate = Double(count) / max(0.001, (now - began) / .seconds(1))
        FileHandle.standardError.write(Data("\r\(count) rows, \(rate.fixed(0)) a second ".utf8))
    }

    func end() {
        if isShown { Terminal.note("\r\(Wording.counted(count, "row")) written to \(name)\(String(repeating: " ", count: 20))") }
    }
}
