import ArgumentParser
import Archive
import Foundation

/// `heliograph status`: what is there, what waits, what is odd.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the running proxy, what waits in the spool, and what the archive holds.")

    @OptionGroup var options: AskingOptions
    @Option(help: ArgumentHelp("The folder of the captures (default: as the settings say).", valueName: "dir")) var spool: String?

    func run() async throws {
        let output = AnswerOutput(.standardOutput, width: Terminal.width)
        try await answer(now: Int(Date().timeIntervalSince1970), to: output)
        try output.end()
    }

    /// - Parameter now: seconds since 1970 UTC.
    func answer(now: Int, to output: AnswerOutput) async throws {
        let settings = try options.settings(spool.map { [SettingTable.spool.name: [$0]] } ?? [:])
        let house = try await HouseStatus(settings, envoy: options.envoy, now: now)
        if options.json {
            try output.print(json: StatusJSON(house, isUTC: options.utc))
        } else {
            try StatusText(house, isUTC: options.utc).print(to: output)
        }
        if house.archiveFailure != nil {
            try output.end()
            throw ExitCode.failure
        }
    }
}
