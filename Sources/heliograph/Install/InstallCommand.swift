import ArgumentParser
import Foundation
import Interception

/// `heliograph install`
struct InstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Run Heliograph as a systemd service, with a user of its own (as root).",
        discussion: """
            Makes the user heliograph, the folders that the settings name, /etc/heliograph.yaml where there is none, and two units: \
            the capture service, and the redirection, which is started when an Envoy is named. What is there already stays; where a \
            package brought the units, only what the settings ask beyond them is added. Run it again after you have changed the \
            settings or the program.
            """)

    @OptionGroup var options: InstallOptions
    @Option(help: ArgumentHelp("The Envoy's address, for new settings; may be repeated.", valueName: "address")) var envoy: [String] = []
    @Flag(help: "Print the commands, and change nothing.") var plan = false
    @Option(help: ArgumentHelp("Print a unit's text, for a package.", visibility: .hidden)) var printUnit: String?

    func run() async throws {
        if let printUnit {
            // A package is for other machines than the one that it is made on, whose settings are nobody else's.
            let units = try options.installer(.builtIn()).units
            return print(printUnit == ServiceUnits.gateway ? units.gatewayText : units.serviceText, terminator: "")
        }
        let settings = try options.settings(envoy: envoy)
        let installer = try options.installer(settings)
        let facts = try options.facts(installer, settings)
        if facts.hasSettings, try options.settings(envoy: []).envoys != settings.envoys {
            throw Failure(
                "--envoy is for new settings, and \(installer.settings) is there already",
                hint: "write envoy: [\(envoy.joined(separator: ", "))] into it, and run this without --envoy")
        }
        let changes = installer.install(facts)
        if plan { return print(changes.script, terminator: "") }
        try options.requireRoot("install")
        try await Failure.translating { try await Applier(UndoFile()).perform(changes) }
        print(changes.map(\.action.firstLine).joined(separator: "\n"))
        if settings.envoys.isEmpty {
            print("next: name your Envoy as envoy in \(installer.settings), then systemctl enable --now \(ServiceUnits.gateway)")
        }
    }
}

/// `heliograph uninstall`
struct UninstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall", abstract: "Stop the service and take its units away (as root).",
        discussion: "Captures, the archive and /etc/heliograph.yaml stay.")

    @OptionGroup var options: InstallOptions
    @Flag(help: "Print the commands, and change nothing.") var plan = false

    func run() async throws {
        // What is to be removed does not hang on the settings, which may be what is wrong.
        let installer = try options.installer(.builtIn(), anywhere: true)
        let changes = installer.uninstall(options.standing(installer))
        if plan { return print(changes.script, terminator: "") }
        try options.requireRoot("uninstall")
        try await Failure.translating { try await Applier(UndoFile()).perform(changes) }
        print(changes.isEmpty ? "nothing was installed" : changes.map(\.action.firstLine).joined(separator: "\n"))
    }
}
