import ArgumentParser
import Foundation
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
    @Flag(
        help: ArgumentHelp("As --pass, or nothing at all, as gateway.when-stopped says: for when the service stops.", visibility: .hidden))
    var whenStopped = false
    @Option(help: ArgumentHelp("The settings file (default: \(Settings.defaultFile), if there is one).", visibility: .hidden))
    var config: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let pass = pass || whenStopped
        if whenStopped, staysClosed { return print("the redirection stays, as gateway.when-stopped says") }
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

    /// Settings that are wrong elsewhere say this all the same; and where this itself is wrong, the Envoy is not cut off.
    private var staysClosed: Bool {
        Settings.report(flags: [:], environment: ProcessInfo.processInfo.environment, file: config).settings.gatewayWhenStopped == .closed
    }
}
