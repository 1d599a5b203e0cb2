import ArgumentParser

@main struct Heliograph: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heliograph",
        abstract: "Writes down every report of an Enphase Envoy on its way to the cloud, and lets it pass unchanged.",
        version: Version.text,
        subcommands: [
            RunCommand.self, CloudCommand.self, DeliverCommand.self, AnswersCommand.self, ImportCommand.self, ReplayCommand.self,
            DecodeCommand.self, ConfigCommand.self, CertificateCommand.self,
            PublishCommand.self, PasswordCommand.self, SimulateCommand.self,
            GatewayCommand.self, DoctorCommand.self, InstallCommand.self, UninstallCommand.self,
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "Asking the archive",
                subcommands: [
                    StatusCommand.self, AlertsCommand.self, TodayCommand.self, EnergyCommand.self, DevicesCommand.self,
                    ReadingsCommand.self,
                    EventsCommand.self,
                    ExportCommand.self,
                ])
        ])
}
