import ArgumentParser
import Archive
import Foundation

/// What all verbs that ask the archive take: which archive, which Envoy, how to print.
///
/// Not `SettingsOptions`: an Envoy is named by its serial number here, there by the addresses that may connect.
struct AskingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The settings file (default: \(Settings.defaultFile), if there is one).", valueName: "file"))
    var config: String?
    @Option(help: ArgumentHelp("The folder that `heliograph run --data` was given.", valueName: "dir")) var data: String?
    @Option(help: ArgumentHelp("The archive's file (default: as the settings say).", valueName: "file")) var archive: String?
    @Option(help: ArgumentHelp("Ask of one Envoy only.", valueName: "serial")) var envoy: String?
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "Show times in UTC, not by the Envoy's own clock.") var utc = false

    /// The settings of this process, as far as they matter here.
    ///
    /// - Parameter more: further flags, by the names of settings.
    func settings(_ more: [String: [String]] = [:]) throws -> Settings {
        var flags = more
        if let data { flags[SettingTable.data.name] = [data] }
        if let archive { flags[SettingTable.archive.name] = [archive] }
        return try Settings.load(flags: flags, environment: ProcessInfo.processInfo.environment, file: config)
    }
}
