import ArgumentParser

/// `heliograph gateway`: the network set-up, in one command and undone in another.
struct GatewayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway", abstract: "Make this machine the Envoy's gateway, or undo it.",
        discussion: """
            The Envoy's connections to the cloud are redirected to the capture port; everything else that it sends passes through. \
            On the Envoy's own page, its gateway is then set to this machine's address. Nothing else on the machine is touched.
            """,
        subcommands: [
            GatewayPlanCommand.self, GatewayUpCommand.self, GatewayDownCommand.self, GatewayStatusCommand.self, GatewayDNSCommand.self,
        ])
}
