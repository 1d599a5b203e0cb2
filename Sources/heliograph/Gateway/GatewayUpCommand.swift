import ArgumentParser
import Foundation
import Interception

/// `heliograph gateway up`
struct GatewayUpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Redirect the Envoy's connections to the capture port (as root).",
        discussion: "Run twice, it does nothing the second time. What fails half-way is taken back. `gateway plan` shows what it does.")

    @OptionGroup var options: GatewayOptions
    @Flag(
        help: ArgumentHelp(
            "Where the network is not there yet, say so and go on trying: for the unit, which does not wait.", visibility: .hidden))
    var untilUp = false
    @Flag(help: "Print JSON.") var json = false

    /// Between two attempts.
    private static let pause = Duration.seconds(10)

    func run() async throws {
        let wish = try options.wish()
        let manager = ServiceManager(environment: ProcessInfo.processInfo.environment)
        let (plan, facts) = try await Failure.translating { untilUp ? try await persist(wish, manager) : try await attempt(wish) }
        manager?.tell("READY=1")
        if json { return print(try PrintedPlan(plan).json) }
        GatewayWarnings.show(plan.conflicts)
        // The unit comes before the service.
        for port in untilUp ? [] : Set(wish.redirections.map(\.to)).subtracting(facts.listeningPorts).sorted() {
            Terminal.note(
                "warning: nothing listens on port \(port) yet\nhint: start heliograph run, or the Envoy is cut off from its cloud")
        }
        print(plan.changes.isEmpty ? "everything was set up already" : plan.changes.map(\.action.firstLine).joined(separator: "\n"))
        if let name = plan.record?.interface, let own = facts.interface(name)?.addresses.first {
            print("next: set the gateway to \(own.address) on the Envoy's page; heliograph gateway down undoes all of this")
        }
    }

    private func attempt(_ wish: GatewayWish) async throws -> (GatewayPlan, MachineFacts) {
        let facts = try await MachineProbe().facts()
        let plan = try GatewayPlanner.up(wish, facts, record: try options.record.file.load())
        try await Applier(options.record.file).up(plan)
        return (plan, facts)
    }

    /// Tries until it is done. What is wrong for good is found in the settings, before.
    private func persist(_ wish: GatewayWish, _ manager: ServiceManager?) async throws -> (GatewayPlan, MachineFacts) {
        var told: InterceptionError?
        while true {
            do { return try await attempt(wish) } catch let error as InterceptionError where error != .noEnvoy {
                if error != told {
                    Terminal.note("\(Failure(error))\nnote: it is tried again every \(Self.pause.components.seconds) seconds")
                }
                told = error
                manager?.tell("READY=1")
                try await Task.sleep(for: Self.pause)
            }
        }
    }
}
