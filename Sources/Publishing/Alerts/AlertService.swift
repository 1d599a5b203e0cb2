import Archive
import Foundation
import Logging
import ServiceLifecycle

/// Looks every minute whether anything is wrong, keeps in the archive what is raised and what ends, and logs each once.
///
/// What the program knows by itself, of its disk and of the cloud, is watched and logged also while there is no archive.
public struct AlertService: Service, CustomStringConvertible {
    private let archivePath: String
    private let isFed: Bool
    private let limits: AlertLimits
    private let period: Duration
    private let program: @Sendable () -> ProgramFigures
    private let onChange: @Sendable () -> Void
    private let logger: Logger
    private let log = Shared(AlertLog())
    public var description: String { "AlertService" }

    /// - Parameters:
    ///   - isFed: whether reports come to the archive: of one that stands still only the program's own rules say anything.
    ///   - period: how often to look. The first look comes after it: by then an Envoy may have reported.
    ///   - program: the program's own figures, at any time.
    ///   - onChange: called when there are new alerts, or some have ended; it must return at once.
    public init(
        archive: String, isFed: Bool = true, limits: AlertLimits, period: Duration = .seconds(60), logger: Logger,
        program: @escaping @Sendable () -> ProgramFigures, onChange: @escaping @Sendable () -> Void
    ) {
        archivePath = archive
        self.isFed = isFed
        self.limits = limits
        self.period = period
        self.logger = logger
        self.program = program
        self.onChange = onChange
    }

    public func run() async {
        await cancelWhenGracefulShutdown {
            var archive: ArchiveWriter?
            var failure: String?
            // Ends when it is cancelled.
            while (try? await Task.sleep(for: period)) != nil {
                let now = Int(Date().timeIntervalSince1970)
                do {
                    if archive == nil { archive = try await openArchive() }
                    if let open = archive { try await look(open, now: now) } else { lookWithoutArchive(now: now) }
                    failure = nil
                } catch {
                    guard !Task.isCancelled else { break }
                    let reason = "\(error)"
                    logger.log(
                        level: failure == reason ? .debug : .warning, "alerts can't be looked for in the archive",
                        metadata: ["reason": "\(reason)"])
                    failure = reason
                    lookWithoutArchive(now: now)
                }
            }
            // At the end of the program all that was written is flushed already.
            try? await archive?.close()
        }
    }

    /// nil while there is none: whoever keeps reports makes it.
    private func openArchive() async throws -> ArchiveWriter? {
        guard FileManager.default.fileExists(atPath: archivePath) else { return nil }
        return try await ArchiveWriter.openBeside(archivePath)
    }

    /// Looks once.
    ///
    /// - Parameter now: seconds since 1970 UTC.
    func look(_ archive: ArchiveWriter, now: Int) async throws {
        let kept = try await archive.reader.alerts(ended: 0).map(\.condition)
        log.withLock { $0.begin(with: kept) }
        let facts = try await AlertFacts(archive.reader, program: program(), limits: limits, now: now)
        let conditions =
            isFed
            ? AlertRules.conditions(facts, limits)
            // What was raised by reports lasts until there are reports again.
            : AlertRules.ofProgram(facts, limits) + kept.filter { !AlertRules.rulesOfProgram.contains($0.key.rule) }
        let changes = try await archive.keep(alerts: conditions, now: now)
        log.withLock { $0.note(conditions, logger) }
        if !changes.isEmpty { onChange() }
    }

    /// Looks at what the program knows by itself; what was raised by reports lasts meanwhile.
    func lookWithoutArchive(now: Int) {
        var facts = AlertFacts(now: now)
        facts.program = program()
        log.withLock { [facts] log in
            var facts = facts
            facts.open = Set(log.open.keys)
            let others = log.open.values.filter { !AlertRules.rulesOfProgram.contains($0.key.rule) }
            log.note(AlertRules.ofProgram(facts, limits) + others, logger)
        }
    }
}
