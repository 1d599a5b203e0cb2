import ArgumentParser
import Archive

/// `heliograph events`: what happened, raised and cleared put together.
struct EventsCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Show what happened to the Envoy and its devices.",
        discussion: """
            A condition that was raised and cleared is one line, with how long it lasted. Codes whose name is known have it. \
            Without --from and --to: the last seven days, by the Envoy's clock; both ends count. What was raised before and \
            ended within those days, or lasted beyond them (if it was raised up to a year before), is listed as well.
            """)

    @OptionGroup var options: AskingOptions
    @OptionGroup var rows: RowOptions

    func answer(from archive: AskedArchive, to output: AnswerOutput) async throws {
        let scopes = try await rows.scopes(in: archive, kind: .any, usual: 7).map { scope in
            var scope = scope
            scope.includesLasting = true
            return scope
        }
        if options.json { return try await archive.write(.events, scopes, as: .jsonArray, to: output) }
        for (index, scope) in scopes.enumerated() {
            try output.print((index > 0 ? [""] : []) + [archive.title(of: scope)])
            var table = PagedTable(heads: ["time", "lasted", "device", "event"], expendable: ["lasted"], width: output.width, leaving: 24)
            var clock = archive.rowClock(of: scope.envoy)
            var isEmpty = true
            for try await page in archive.reader.events(scope.filter) {
                try output.print(table.lines(page.map { EventLine($0).cells(&clock) }))
                isEmpty = false
            }
            if isEmpty { try output.print([scope.nothing]) }
            output.note(missing: table.missing)
        }
    }
}

/// An episode as a line for a person.
struct EventLine {
    private let event: EventEpisode

    init(_ event: EventEpisode) { self.event = event }

    func cells(_ clock: inout RowClock) -> [String] {
        let time = event.beganTimestamp ?? event.endedTimestamp
        return [time.map { clock.time($0) } ?? "", lasted, event.equipment.visible, what]
    }

    private var lasted: String {
        switch event.kind {
        case .momentary: return ""
        case .cleared: return "until then"
        case .unknown: return event.kind.word
        case .raised:
            guard let began = event.beganTimestamp, let ended = event.endedTimestamp else { return "still on" }
            return (event.mayHaveEndedEarlier ? "at most " : "") + Wording.duration(ended.seconds(since: began))
        }
    }

    private var what: String {
        let message = [event.messageKey.map { "key \($0)" }, event.messageParameters].compactMap { $0?.visible }
        return (["\(event.code)\(event.name.map { " \($0)" } ?? "")"] + message).joined(separator: ", ")
    }
}
