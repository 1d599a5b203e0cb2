import ArgumentParser
import Interception

/// `heliograph gateway down`
struct GatewayDownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "Undo what `up` did (as root).",
        discussion: "The Envoy's traffic passes straight on as long as this machine forwards; set the Envoy's gateway back to your router.")

    @OptionGroup var record: RecordOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let plan = try await Failure.translating {
            let plan = GatewayPlanner.down(try await MachineProbe().facts(), record: try record.file.load())
            try await Applier(record).down(plan)
            return plan
        }
        if json { return print(try PrintedPlan(plan).json) }
        print(plan.changes.isEmpty ? "nothing was set up" : plan.changes.map(\.action.firstLine).joined(separator: "\n"))
    }
}
