import ArgumentParser
import Archive

/// `heliograph readings`: what panels measured.
struct ReadingsCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "readings", abstract: "Show what panels and microinverters measured.",
        discussion: "Without --from and --to: today. Days are those of the Envoy's clock; both ends count.")

    @OptionGroup var options: AskingOptions
    @OptionGroup var rows: RowOptions

    func answer(from archive: AskedArchive, to output: AnswerOutput) async throws {
        let scopes = try await rows.scopes(in: archive, kind: .panel, usual: 1)
        if options.json { return try await archive.write(.readings, scopes, as: .jsonArray, to: output) }
        try await archive.print(.readings, scopes, givingUp: ["s", "Hz", "AC V", "DC A", "DC V"], to: output)
    }
}
