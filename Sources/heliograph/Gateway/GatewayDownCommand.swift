import ArgumentParser
import Interception

/// `heliograph gateway down`
struct GatewayDownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down", abstract: "Undo what `up` did (as root).",
        discussion: """
            The machine is then as it was before, and as a rule passes nothing on: set the Envoy's gateway back to your router. \
            With --pass only the redirection goes, and the Envoy reaches its cloud through this machine, uncaptured.
            """)

    @OptionGroup var record: RecordOptions
    @Flag(help: "Redirect nothing any more, but let all of the Envoy's traffic pass.") var pass = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let plan = try await Failure.translating {
            let (facts, former) = (try await MachineProbe().facts(), try record.file.load())
            let plan = pass ? GatewayPlanner.pass(facts, record: former) : GatewayPlanner.down(facts, record: former)
            if pass { try await Applier(record.file).up(plan) } else { try await Applier(record.file).down(plan) }
            return plan
        }
        if json { return print(try PrintedPlan(plan).json) }
        print(
            plan.changes.isEmpty
                ? pass ? "nothing was redirected" : "nothing was set up" : plan.changes.map(\.action.firstLine).joined(separator: "\n"))
    }
}
