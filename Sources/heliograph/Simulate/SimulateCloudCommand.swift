import ArgumentParser
import Foundation
import Simulator

/// `heliograph simulate cloud`: a cloud that takes reports, or misbehaves as told.
struct SimulateCloudCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloud", abstract: "Play the cloud that an Envoy reports to, well or badly.",
        discussion: """
            Each start makes a new certificate authority and writes its certificate to ca.pem in the data folder; point \
            the proxy at it with --upstream https://127.0.0.1:4443 --upstream-ca DIR/ca.pem.

            Behaviours: \(CloudBehaviour.usage).
            """)

    @Option(help: "Address and port; port 0 picks a free one.") var listen = "127.0.0.1:4443"
    @Option(help: "Folder for ca.pem.") var data = "./data/simulated-cloud"
    @Option(help: "How to treat those who come.") var behaviour = "normal"
    @Option(help: "A further name that the certificate holds for; repeatable.") var name: [String] = []
    @Flag(help: "Plain HTTP, without TLS.") var plain = false
    @Flag(help: "Print one JSON object a line.") var json = false

    func run() async throws {
        guard let address = ListenAddress(listen) else {
            throw Failure("--listen \(listen) is not an address and a port", hint: "give it as 127.0.0.1:4443")
        }
        let behaviour = try CloudBehaviour(argument: behaviour)
        try await SimulatedCloudService(
            address: address, behaviour: behaviour, folder: data, names: name, plain: plain, json: json
        ).runUntilSignalled()
    }
}
