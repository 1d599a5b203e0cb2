import ArgumentParser
import Archive
import Foundation
import Publishing

/// `heliograph publish`: a trial of a publisher, or the past sent once more.
struct PublishCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Try a publisher, or send it rows of the past again.",
        discussion: """
            While the proxy runs, each publisher that the settings name gets new rows by itself, and what it missed. This verb is for \
            what it got before, such as a database that was made anew. Names: mqtt, influxdb, pvoutput, webhook, command.
            """)

    @OptionGroup var options: AskingOptions
    @Option(help: ArgumentHelp("Send the newest row, and say what came of it.", valueName: "name")) var test: String?
    @Option(help: ArgumentHelp("Send rows to this publisher again.", valueName: "name")) var to: String?
    @Option(help: ArgumentHelp("From this day on: 2026-11-23, 2026-11, 2026, yesterday.", valueName: "day")) var since: String?
    @Option(help: ArgumentHelp("Up to this day, which counts (default: today).", valueName: "day")) var until: String?

    func validate() throws {
        if (test == nil) == (to == nil) { throw ValidationError("give either --test NAME, or --to NAME with --since DAY") }
        if to != nil, since == nil { throw ValidationError("--to needs --since DAY") }
        if test != nil, since != nil || until != nil { throw ValidationError("--since and --until go with --to") }
    }

    func answer(from archive: AskedArchive, to output: AnswerOutput) async throws {
        let targets = try options.settings().publishers.targets(ProcessInfo.processInfo.environment)
        if let test { return try await tryOut(try Self.target(test, among: targets), archive, output) }
        try await fill(try Self.target(to ?? "", among: targets), archive, output)
    }

    private static let names = ["mqtt", "influxdb", "pvoutput", "webhook", "command"]

    private static func target(_ name: String, among targets: [PublishingTarget]) throws -> PublishingTarget {
        if let target = targets.first(where: { $0.name == name }) { return target }
        guard !names.contains(name) else {
            throw Failure(
                "\(name) is off",
                hint: "its settings begin with \(name == "pvoutput" ? "pvoutput.systems" : "\(name)."); see docs/publishing.md")
        }
        let nearest = NearestName.of(name, among: names).map { "did you mean \($0)?" }
        throw Failure("there is no publisher \(name.visible)", hint: nearest ?? "there are \(names.joined(separator: ", "))")
    }

    private func tryOut(_ target: PublishingTarget, _ archive: AskedArchive, _ output: AnswerOutput) async throws {
        let begin = ContinuousClock.now
        do {
            // Never nil: an archive without rows has no Envoys.
            guard let done = try await target.tryOut(archive.reader) else { throw Failure("nothing is in the archive yet") }
            let trial = TrialJSON(name: target.name, address: target.address, done, took: ContinuousClock.now - begin)
            if options.json { return try output.print(json: trial) }
            try output.print([
                "\(target.name) at \(target.address.visible) \(trial.result.visible), \(trial.time.map { "of \($0), " } ?? "")in \(trial.milliseconds) ms"
            ])
        } catch let error as PublishError { throw Failure(error, target) }
    }

    private func fill(_ target: PublishingTarget, _ archive: AskedArchive, _ output: AnswerOutput) async throws {
        guard target.keepsTimes else {
            throw Failure(
                "\(target.name) tells of now only: its states can't be back-dated", hint: "the energy of the past is in its totals")
        }
        guard let first = archive.envoys.first else { return }
        let today = archive.today(of: first)
        let days = try AskedDays.range(from: since, to: until, today: today, usual: today...today, options: ("--since", "--until"))
        var clock = LocalClock(zoneNamed: archive.isUTC ? nil : first.timeZone)
        let timestamps = clock.start(of: days.lowerBound)..<clock.start(of: days.upperBound.advanced(by: 1))
        StopRequest.listen()
        do {
            var line: ProgressLine?
            let result = try await Backfill(target, archive.reader).run(timestamps, envoy: options.envoy) { done, total in
                if line == nil { line = ProgressLine("publishing", total: total, of: "rows") }
                line?.show(done)
                return !StopRequest.isMade
            }
            line?.end()
            let filled = FilledJSON(
                name: target.name, address: target.address, rowsSent: result.sent, rowsRefused: result.refused, refusal: result.refusal,
                isWhole: !StopRequest.isMade)
            if options.json { return try output.print(json: filled) }
            let refused = result.refused == 0 ? "" : "; it refused \(result.refused): \((result.refusal ?? "").visible)"
            let stopped = filled.isWhole ? "" : "; stopped before the end: the same again goes on, as nothing counts twice"
            try output.print([
                "sent \(Wording.counted(result.sent, "row")) to \(target.name) at \(target.address.visible)\(refused)\(stopped)"
            ])
        } catch let error as PublishError { throw Failure(error, target) }
    }
}

/// `publish --test --json`.
private struct TrialJSON: Encodable {
    var name: String
    var address: String
    /// Of what was sent, ISO 8601; missing where there was nothing to send.
    var time: String?
    /// What the other side did, in words.
    var result: String
    var milliseconds: Int

    init(name: String, address: String, _ trial: PublishingTrial, took: Duration) {
        (self.name, self.address, result) = (name, address, trial.words)
        time = trial.timestamp.map { EnvoyClock(zone: "UTC").time($0) }
        milliseconds = Int(took / .milliseconds(1))
    }
}

/// `publish --to --json`.
private struct FilledJSON: Encodable {
    var name: String
    var address: String
    var rowsSent: Int
    var rowsRefused: Int
    var refusal: String?
    /// False where it was stopped before the end.
    var isWhole: Bool
}

extension Failure {
    fileprivate init(_ error: PublishError, _ target: PublishingTarget) {
        self.init(
            "\(target.name) at \(target.address.visible) did not take it: \(error.reason.visible)",
            hint: "see that it runs, and that the \(target.name) settings and their secrets are right: heliograph config check")
    }
}
