import ArgumentParser
import Interception

/// `heliograph gateway status`
struct GatewayStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show whether the gateway is set up, and what has passed.",
        discussion: "Ends with status 1 unless everything that `up` did is in force. Counters need root.")

    @OptionGroup var record: RecordOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let status = try await Failure.translating {
            GatewayStatus(try await MachineProbe().facts(), record: try record.file.load())
        }
        print(json ? try JSONText.of(status) : status.text)
        if status.state != .up { throw ExitCode.failure }
    }
}
