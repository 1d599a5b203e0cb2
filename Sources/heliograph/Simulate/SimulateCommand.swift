import ArgumentParser

/// `heliograph simulate`: an Envoy and a cloud for those who have none at hand.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Play an Envoy or its cloud, to try the proxy without hardware.",
        subcommands: [SimulateEnvoyCommand.self, SimulateCloudCommand.self])
}
