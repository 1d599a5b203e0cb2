import ArgumentParser
import Foundation
import Simulator

/// `heliograph simulate envoy`: reports that follow the sun over a roof.
struct SimulateEnvoyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "envoy", abstract: "Play an Envoy whose reports follow the sun over a roof.",
        discussion: """
            Nothing is random: the same seed, place and times give the same reports. A report that is not taken waits, \
            and its rows come again with the next one, the oldest 500 first.
            """)

    @Option(help: "Where to send reports: https://HOST:PORT, or http:// without TLS.") var to = "https://127.0.0.1:4430"
    @Option(help: "How many panels lie on the roof, 1 to 1000.") var panels = 12
    @Option(help: "Degrees north.") var latitude = Place.freiburg.latitude
    @Option(help: "Degrees east.") var longitude = Place.freiburg.longitude
    @Option(help: "Name in the tz database. (default: by longitude; Europe/Berlin at the default place)") var timezone: String?
    @Option(help: "Dialect: \(Webcomm.allCases.map(\.rawValue).joined(separator: " or ")).") var webcomm = Webcomm.v4_6_0.rawValue
    @Option(help: "Time between reports, on the Envoy's clock.") var every = "5m"
    @Option(help: "How much faster than real time, or max.") var speed = "1"
    @Option(help: "Time of the first report, as 2015-06-21T12:00 at the place, or with Z or +02:00. (default: now)") var start: String?
    @Option(help: "Stop after so many reports. (default: never)") var reports: Int?
    @Option(help: "Start with this time's rows still untold, as 14d: the cloud was out of reach.") var outage: String?
    @Option(help: "Before that the Envoy had no power for so long: one row a day and panel.") var unpowered: String?
    @Option(help: "12 digits. (default: made up from the seed)") var serial: String?
    @Option(help: "Root of all that is made up.") var seed: UInt64 = 1
    @Option(help: "TLS version: 1.0, 1.1 or 1.2.") var tls = "1.0"
    @Flag(help: "Print one JSON object a line.") var json = false

    func run() async throws {
        let plan = try SimulatedEnvoyPlan(self, now: Date())
        let service = SimulatedEnvoyService(plan: plan, json: json)
        try await service.runUntilSignalled()
        if reports != nil, let last = service.lastOutcome, last != .taken {
            throw Failure("the last report was not taken", hint: "its rows would come again with the next one")
        }
    }
}
