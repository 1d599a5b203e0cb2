import ArgumentParser

/// `heliograph config`: the settings file, to begin with and to look at.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Print a sample of the settings file, or check the settings.",
        subcommands: [Sample.self, Check.self])

    /// `heliograph config sample`
    struct Sample: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a settings file with every setting, explained and commented out.")

        func run() {
            print(SampleFile.text, terminator: "")
        }
    }
}
