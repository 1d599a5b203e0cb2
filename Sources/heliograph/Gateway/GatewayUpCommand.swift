import ArgumentParser
import Interception

/// `heliograph gateway up`
struct GatewayUpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Redirect the Envoy's connections to the capture port (as root).",
        discussion: "Run twice, it does nothing the second time. What fails half-way is taken back. `gateway plan` shows what it does.")

    @OptionGroup var options: GatewayOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let wish = try options.wish()
        let (plan, facts) = try await Failure.translating {
            let facts = try await MachineProbe().facts()
            let plan = try GatewayPlanner.up(wish, facts, record: try options.record.file.load())
            try await Applier(options.record.file).up(plan)
            return (plan, facts)
        }
        if json { return print(try PrintedPlan(plan).json) }
        GatewayWarnings.show(plan.conflicts)
        for port in Set(wish.redirections.map(\.to)).subtracting(facts.listeningPorts).sorted() {
            Terminal.note(
                "warning: nothing listens on port \(port) yet\nhint: start heliograph run, or the Envoy is cut off from its cloud")
        }
        print(plan.changes.isEmpty ? "everything was set up already" : plan.changes.map(\.action.firstLine).joined(separator: "\n"))
        if let name = plan.record?.interface, let own = facts.interface(name)?.addresses.first {
            print("next: set the gateway to \(own.address) on the Envoy's page; heliograph gateway down undoes all of this")
        }
    }
}
