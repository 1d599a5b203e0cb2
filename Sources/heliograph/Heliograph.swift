import ArgumentParser

@main struct Heliograph: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heliograph",
        abstract: "Writes down every report of an Enphase Envoy on its way to the cloud, and lets it pass unchanged.",
        subcommands: [RunCommand.self, DecodeCommand.self, ConfigCommand.self, CertificateCommand.self, DoctorCommand.self, GatewayCommand.self, InstallCommand.self, UninstallCommand.self, SimulateCommand.self])
}
