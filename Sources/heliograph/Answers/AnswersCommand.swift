import ArgumentParser
import Foundation
import Reports
import Spool

/// `heliograph answers`: the form of the answers that are made here, and what the cloud's own are like.
struct AnswersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answers", abstract: "Show how answers made here are written, and what the cloud's own replies are like.",
        discussion: """
            Experimental: what an Envoy accepts is not known for sure. An answer has the form (headers, compression, XML declaration) of the \
            last good reply that this very Envoy got from its cloud, where one was captured, and else of the one that was published. heliograph \
            learns it by itself while it runs.
            """, subcommands: [Show.self, Learn.self], defaultSubcommand: Show.self)

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the form of the answers of each Envoy.")
        @OptionGroup var options: SettingsOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            let forms = try AnswerForms(options.load()).all
            if json { return print(try JSONText.of(forms)) }
            if forms.isEmpty { print("nothing was learned yet: answers have the form of the published reply") }
            for (serial, learned) in forms.sorted(by: { $0.key < $1.key }) {
                print("Envoy \(serial), learned from \(learned.exchange)")
                print(AnswersCommand.text(learned.form))
            }
            if forms.isEmpty { print(AnswersCommand.text(.published)) }
        }
    }

    struct Learn: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Learn from the captured replies, and say what is always there and what differs.",
            discussion: "Reads the newest captures in `processed` and the root of the spool. Takes nothing away.")
        @OptionGroup var options: SettingsOptions
        @Option(name: .customLong("last"), help: ArgumentHelp("How many captures to read, the newest first.", valueName: "number"))
        var last = 1_000
        @Flag(help: "Print JSON.") var json = false

        func validate() throws {
            guard 1...1_000_000 ~= last else { throw ValidationError("--last takes a number from 1 to 1000000") }
        }

        func run() async throws {
            let settings = try options.load()
            guard access(settings.spool.string, R_OK) == 0 else {
                throw Failure(
                    "can't read the spool \(settings.spool)", hint: "name it with --spool, and run it as the user that heliograph runs as")
            }
            let forms = try AnswerForms(settings)
            let last = last
            let statistics = try await offSwiftThreads {
                try LearningFromReplies(shelf: Shelf(settings.spool), forms: forms, limitBytes: settings.limits.inflated.bytes).learn(
                    last: last)
            }
            if json { return print(try JSONText.of(statistics)) }
            if statistics.isEmpty { print("there is no captured reply to a report among the last \(last) captures") }
            for (serial, one) in statistics.sorted(by: { $0.key < $1.key }) {
                print("Envoy \(serial): \(Wording.counted(one.replies, "reply", "replies")), \(one.good) of them good")
                for line in one.lines { print(line) }
                guard let learned = forms.all[serial] else { continue }
                print("Its answers take this form, from \(learned.exchange):\n\(AnswersCommand.text(learned.form))")
            }
        }
    }

    private static func text(_ form: AnswerForm) -> String {
        let lines =
            form.headers + ["body: \(form.compression.map { "compressed by \($0)" } ?? "not compressed")"]
            + form.declaration.split(whereSeparator: \.isNewline).map { "begins: \($0)" }
        return lines.map { "  \($0)" }.joined(separator: "\n")
    }
}

/// Goes through captured exchanges, and learns from the replies.
struct LearningFromReplies {
    let shelf: Shelf
    let forms: AnswerForms
    let limitBytes: Int

    private static let page = 200
    private static let replyLimit = 1 << 20

    /// Blocking. The newest good reply of each Envoy gives its form.
    ///
    /// - Returns: by the serial numbers of Envoys.
    func learn(last: Int) throws -> [String: ReplyStatistics] {
        var statistics: [String: ReplyStatistics] = [:]
        var taught: Set<String> = []
        var (left, before) = (last, Stem?.none)
        while left > 0 {
            let page = shelf.newest(before: before, limit: min(left, Self.page))
            guard let oldest = page.last else { break }
            (left, before) = (left - page.count, oldest.stem)
            for exchange in page {
                // What can't be read, or is no report's, teaches nothing.
                guard let (serial, reply) = try? read(exchange), let shape = try? ReplyShape(ofReply: reply, limitBytes: limitBytes) else {
                    continue
                }
                statistics[serial, default: ReplyStatistics()].add(shape)
                // A reply that this Envoy never got is no form that it is known to accept.
                guard shape.isGood, !Self.wasAnsweredHere(exchange), taught.insert(serial).inserted else { continue }
                _ = try forms.learn(from: reply, of: serial, in: exchange.stem)
            }
        }
        return statistics
    }

    private static func wasAnsweredHere(_ exchange: Shelf.Exchange) -> Bool {
        exchange.files.contains { $0.kind == ExchangeFile.answer.rawValue }
    }

    private func read(_ exchange: Shelf.Exchange) throws -> (serial: String, reply: [UInt8])? {
        guard let request = exchange.files.first(where: { $0.kind == ExchangeFile.request.rawValue }),
            let response = exchange.files.first(where: { $0.kind == ExchangeFile.response.rawValue })
        else { return nil }
        let reply = try shelf.piece(of: exchange, response, from: 0, limit: Self.replyLimit)
        guard reply.starts(with: "HTTP/".utf8) else { return nil }
        let captured = try CapturedRequest(try shelf.piece(of: exchange, request, from: 0, limit: limitBytes))
        guard captured.path == .performanceReport else { return nil }
        let report = try Report.decode(xml: ReportBody(decoding: captured.body, limitBytes: limitBytes).xml, limitBytes: limitBytes)
        return report.value.envoy.map { ($0.serialNumber, reply) }
    }
}
