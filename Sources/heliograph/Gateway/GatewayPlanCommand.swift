import ArgumentParser
import Interception

/// `heliograph gateway plan`
struct GatewayPlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Print what `up` would change, as commands to type, and change nothing.")

    @OptionGroup var options: GatewayOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let wish = try options.wish()
        let plan = try await Failure.translating {
            try GatewayPlanner.up(wish, try await MachineProbe().facts(), record: try options.record.file.load())
        }
        if json { return print(try PrintedPlan(plan).json) }
        GatewayWarnings.show(plan.conflicts)
        print(plan.changes.isEmpty ? "# everything is set up already" : plan.script, terminator: plan.changes.isEmpty ? "\n" : "")
    }
}

/// A plan as JSON.
struct PrintedPlan: Encodable {
    struct PrintedChange: Encodable {
        var purpose: String
        var command: String
        var undo: String?
    }

    var changes: [PrintedChange]
    var conflicts: [Conflict]

    init(_ plan: GatewayPlan) {
        changes = plan.changes.map { PrintedChange(purpose: $0.purpose, command: "\($0.action)", undo: $0.undo.map { "\($0)" }) }
        conflicts = plan.conflicts
    }

    var json: String { get throws { try JSONText.of(self) } }
}
