import Foundation
import Logging
import ServiceLifecycle
import Simulator
import Synchronization

/// Runs a simulated Envoy and prints a line a report, until its reports are done or a signal ends it.
final class SimulatedEnvoyService: Service {
    private let plan: SimulatedEnvoyPlan
    private let json: Bool
    private let outcome = Mutex<EnvoyDelivery.Outcome?>(nil)

    init(plan: SimulatedEnvoyPlan, json: Bool) {
        self.plan = plan
        self.json = json
    }

    /// How the last report fared; nil before the first.
    var lastOutcome: EnvoyDelivery.Outcome? { outcome.withLock { $0 } }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { [plan, json] in
                var run = EnvoyRun(
                    model: plan.model(), client: plan.client, startSeconds: plan.startSeconds,
                    everySeconds: plan.everySeconds, speed: plan.speed)
                try await run.run(reports: plan.reports) { delivery in
                    self.outcome.withLock { $0 = delivery.outcome }
                    let line = SimulatedReportLine(delivery, timezone: plan.place.timezone)
                    Terminal.print(json ? try line.json() : line.text)
                }
            }
        } catch is CancellationError {
            // A signal: the last line was the last report.
        }
    }
}

extension Service {
    /// Runs alone in a group that SIGINT and SIGTERM end gracefully.
    func runUntilSignalled() async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: self, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigint, .sigterm],
                logger: Logger(label: "simulate") { _ in SwiftLogNoOpLogHandler() }))
        try await group.run()
    }
}
