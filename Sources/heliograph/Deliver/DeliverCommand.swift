import ArgumentParser
import Foundation
import Spool

/// `heliograph deliver`: sends on what was answered here and what the cloud has not taken.
struct DeliverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliver", abstract: "Send the cloud what was answered here and what it has not taken.",
        discussion: """
            One report after another, in the order in which they came, with a pause after each (--deliver-pause). Each leaves the list when the \
            cloud has taken it; what the cloud refuses is put aside with its reply, in `undelivered/refused` in the spool. Ends with status 1 \
            when something is left or was refused. heliograph may be running meanwhile.

            --again sends also what the cloud refused before. --forget ends it: the cloud gets nothing of what waits or was refused; its \
            captures stay in `processed`, for as long as `keep-processed` says.
            """)

    @OptionGroup var options: SettingsOptions
    @Flag(name: .customLong("dry-run"), help: "Only say what would be sent, and where to.") var isTrial = false
    @Flag(name: .customLong("again"), help: "Send also what the cloud refused before.") var isAgain = false
    @Flag(name: .customLong("forget"), help: "Send nothing: let go of what waits and of what was refused.") var isForgetting = false

    func validate() throws {
        if isForgetting && (isTrial || isAgain) { throw ValidationError("--forget goes with neither --dry-run nor --again") }
    }

    func run() async throws {
        let settings = try options.load()
        guard access(settings.spool.string, F_OK) == 0 else {
            throw Failure("there is no spool at \(settings.spool)", hint: "name it with --spool")
        }
        let undelivered = Undelivered(spool: settings.spool)
        if isForgetting { return try await forget(undelivered, settings) }
        let counts = try await Self.asking { try undelivered.counts() }
        let again = isAgain ? counts.refused : 0
        if isTrial || counts.waiting + again == 0 { return print(Self.text(counts, to: settings.upstream)) }
        guard settings.cloud.reachesOut else {
            throw Failure(
                "cloud is \(settings.cloud.rawValue): nothing leaves this machine", hint: "to send them all the same, say --cloud forward")
        }
        try StrangeRoot.refuse(settings, "deliver")
        let deliverer = try Deliverer(settings)
        let claim = try await Self.asking { try Undelivered.Claim(undelivered) }
        for stem in claim.interrupted { Self.note("the cloud may hear of \(stem) twice: it was being sent when that was cut off") }
        if again > 0 { _ = try await Self.asking { try undelivered.reconsider() } }
        StopRequest.listen()
        var (progress, done) = (ProgressLine("delivering", total: counts.waiting + again, of: "reports"), 0)
        let tally = try await deliverer.deliverAll(until: { StopRequest.isMade }) { stem, outcome in
            switch outcome {
            case .refused(let reason): Self.note("\(stem) is refused: \(reason)")
            case .unreadable(let reason): Self.note("\(stem) can't be read: \(reason)")
            case .notNow(_, isDoubtful: true): Self.note("the cloud may hear of \(stem) twice: its reply did not come whole")
            case .taken(let unknown) where !unknown.isEmpty:
                Self.note("the cloud's reply to \(stem) holds what is not known: \(unknown[0])")
            case .taken, .notNow, .failed, .gone: break
            }
            done += 1
            progress.show(done)
        }
        progress.end()
        withExtendedLifetime(claim) {}
        let left = try await Self.asking { try undelivered.counts() }.waiting
        print("\(Wording.counted(tally.delivered, "report")) delivered, \(tally.refused) refused, \(left) left")
        if let reason = tally.reason { Self.note("\(settings.upstream): \(reason)") }
        if tally.refused + left > 0 { throw ExitCode.failure }
    }

    private func forget(_ undelivered: Undelivered, _ settings: Settings) async throws {
        try StrangeRoot.refuse(settings, "deliver")
        let count = try await Self.asking {
            let claim = try Undelivered.Claim(undelivered)
            defer { withExtendedLifetime(claim) {} }
            return try undelivered.forget()
        }
        print("\(Wording.counted(count, "report")) let go of: the cloud will not get \(count == 1 ? "it" : "them")")
    }

    static func text(_ counts: Undelivered.Counts, to upstream: Upstream) -> String {
        let refused = counts.refused > 0 ? "; \(counts.refused) were refused and are put aside" : ""
        guard let oldest = counts.oldest else { return "nothing waits to be delivered\(refused)" }
        return "\(Wording.counted(counts.waiting, "report")) to be delivered to \(upstream), the first of "
            + "\(oldest.description.prefix(19).replacing("T", with: " "))\(refused)"
    }

    private static func note(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

    private static func asking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        do { return try await offSwiftThreads(work) } catch let error as SpoolError {
            guard error.operation == .lock, error.cause == .resourceTemporarilyUnavailable else {
                throw Failure("\(error)", hint: error.hint)
            }
            throw Failure(
                "somebody else delivers already", hint: "`deliver: later` has the service do so; heliograph status shows how far it is")
        }
    }
}
