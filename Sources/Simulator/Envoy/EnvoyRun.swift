/// An Envoy's life against a real server: a report every so often, in real time or faster.
public struct EnvoyRun: Sendable {
    public private(set) var model: EnvoyModel
    /// The Envoy's time of the first report, UTC epoch seconds.
    public let startSeconds: Int
    /// Envoy time between two reports, at least 1.
    public let everySeconds: Int
    /// Seconds of the Envoy's time in one second of ours; infinity sends report after report.
    public let speed: Double
    private let client: EnvoyClient

    /// - Parameters:
    ///   - model: with the backlog that it brings along.
    ///   - speed: what is not above 0 counts as 1.
    public init(model: EnvoyModel, client: EnvoyClient, startSeconds: Int, everySeconds: Int = 300, speed: Double = 1) {
        self.model = model
        self.client = client
        self.startSeconds = startSeconds
        self.everySeconds = max(1, everySeconds)
        self.speed = speed > 0 ? speed : 1
    }

    /// Sends reports until the limit is reached or the task is cancelled.
    ///
    /// A report that fails is not repeated at once: its rows go again with the next one (when a real Envoy tries
    /// again is unknown, protocol notes §1).
    ///
    /// - Parameters:
    ///   - reports: how many to send; nil for no limit.
    ///   - told: hears of each, before the next is made.
    /// - Throws: `CancellationError`, `SimulatorError.compression`, and what `told` throws.
    public mutating func run(reports: Int? = nil, _ told: (EnvoyDelivery) async throws -> Void) async throws {
        let clock = ContinuousClock()
        let begin = clock.now
        var sent = 0
        while reports.map({ sent < $0 }) ?? true {
            let (elapsed, overflow) = sent.multipliedReportingOverflow(by: everySeconds)
            guard !overflow else { return }
            if speed.isFinite { try await clock.sleep(until: begin + .seconds(Double(elapsed) / speed)) }
            try Task.checkCancellation()
            try await told(deliver(at: startSeconds + elapsed, clock: clock))
            sent += 1
        }
    }

    private mutating func deliver(at second: Int, clock: ContinuousClock) async throws -> EnvoyDelivery {
        model.advance(to: second)
        let report = model.report(atSeconds: second)
        let body = try report.body()
        let request = report.head(bodyLength: body.count) + body
        let begin = clock.now
        let outcome: EnvoyDelivery.Outcome
        do throws(SimulatorError) {
            let reply = try await client.send(request)
            outcome = model.settle(report, reply: reply) ? .taken : .kept(status: reply.status)
        } catch {
            try Task.checkCancellation()
            outcome = .failed(error)
        }
        return EnvoyDelivery(
            timestampSeconds: second, rowCount: report.rowCount, bodyBytes: body.count,
            backlogCount: model.backlogCount, watts: model.roof.power(atEpochSeconds: second),
            elapsed: clock.now - begin, outcome: outcome)
    }
}
