import ArgumentParser
import Archive
import Publishing

/// `heliograph alerts`: what is wrong, and what was.
struct AlertsCommand: AskingCommand {
    static let configuration = CommandConfiguration(commandName: "alerts", abstract: "Show what is wrong now, and what was.")

    @OptionGroup var options: AskingOptions
    @Option(help: ArgumentHelp("How many alerts that have ended to show.", valueName: "number")) var ended = 10

    func answer(from archive: AskedArchive, to output: AnswerOutput) async throws {
        let alerts = try await archive.reader.alerts(ended: ended).filter { alert in
            options.envoy.map { [$0, ""].contains(alert.condition.key.envoy) } ?? true
        }
        if options.json {
            let texts = alerts.map { AlertText($0, isEnd: !$0.isOpen) }
            return try output.print(json: ["alerts": texts])
        }
        guard !alerts.isEmpty else { return try output.print(["nothing is wrong, and nothing was"]) }
        let clock = HouseStatus.ownClock(isUTC: options.utc)
        let rows = alerts.map { alert in
            [
                clock.time(alert.beganTimestamp), alert.endedTimestamp.map { "ended \(clock.time($0))" } ?? "lasts",
                alert.condition.text(time: clock.time).visible,
            ]
        }
        try output.print(TextTable(heads: ["since", "", "what"], rows: rows), leaving: 24)
    }
}
