import ArgumentParser
import Foundation
import Interception

/// `heliograph doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check the whole way of a report, and say how to mend what is wrong.",
        discussion: "Changes nothing. Ends with status 1 when something is wrong. As root it sees more: rules, counters, the log.")

    @OptionGroup var gateway: GatewayOptions
    @Option(help: ArgumentHelp("A folder below which everything is kept, as for run.", valueName: "dir")) var data: String?
    @Option(help: ArgumentHelp("The cloud (default: as in the settings).", valueName: "url")) var upstream: String?
    @Option(help: ArgumentHelp("A PEM file of authorities for the cloud (default: as in the settings).", valueName: "file"))
    var upstreamCA: String?
    @Option(help: ArgumentHelp("The service's log (default: the journal's).", valueName: "file")) var log: String?
    @Flag(help: "The Envoy is led here by a name server's answer, not by its gateway (so where listen is port 443).") var byName = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        var flags = gateway.flags
        flags[SettingTable.data.name] = data.map { [$0] }
        flags[SettingTable.upstream.name] = upstream.map { [$0] }
        flags[SettingTable.upstreamCA.name] = upstreamCA.map { [$0] }
        let settings = try Settings.load(flags: flags, environment: ProcessInfo.processInfo.environment, file: gateway.config)
        let facts = try await Failure.translating {
            try await DoctorProbe(settings: settings, record: gateway.record.file, log: log, byName: byName).facts()
        }
        let examination = Examination(facts)
        print(
            json
                ? try JSONText.of(PrintedExamination(healthy: examination.isHealthy, findings: examination.findings))
                : examination.findings.text)
        if !examination.isHealthy { throw ExitCode.failure }
    }
}

struct PrintedExamination: Encodable {
    var healthy: Bool
    var findings: [Finding]
}

extension [Finding] {
    /// One line a step, and below what is wrong its cure.
    var text: String {
        let width = (map(\.step.count).max() ?? 0) + 2
        return flatMap { finding -> [String] in
            let mark =
                switch finding.verdict {
                case .right: "ok    "
                case .wrong: "WRONG "
                case .unknown: "?     "
                }
            let cure = finding.cure.map { [String(repeating: " ", count: 6 + width) + "→ \($0.visible)"] } ?? []
            return [mark + finding.step.padded(to: width) + finding.says.visible] + cure
        }.joined(separator: "\n")
    }
}
