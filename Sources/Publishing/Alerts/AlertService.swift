import Archive
import Foundation
import Logging
import ServiceLifecycle

/// Looks every minute whether anything is wrong, keeps in the archive what is raised and what ends, and logs each once.
public struct AlertService: Service, CustomStringConvertible {
    private let archivePath: String
    private let limits: AlertLimits
    private let program: @Sendable () -> ProgramFigures
    private let onChange: @Sendable () -> Void
    private let logger: Logger
    public var description: String { "AlertService" }

    private static let period = Duration.seconds(60)

    /// - Parameters:
    ///   - program: the program's own figures, at any time.
    ///   - onChange: called when there are new alerts, or some have ended; it must return at once.
    public init(
        archive: String, limits: AlertLimits, logger: Logger, program: @escaping @Sendable () -> ProgramFigures,
        onChange: @escaping @Sendable () -> Void
    ) {
        archivePath = archive
        self.limits = limits
        self.logger = logger
        self.program = program
        self.onChange = onChange
    }

    public func run() async {
        await cancelWhenGracefulShutdown {
            var archive: ArchiveWriter?
            // Ends when it is cancelled. The first look comes after a minute: by then an Envoy may have reported.
            while (try? await Task.sleep(for: Self.period)) != nil {
                do {
                    if archive == nil { archive = try await openArchive() }
                    if let open = archive { try await look(open, now: Int(Date().timeIntervalSince1970)) }
                } catch {
                    logger.debug("can't look for alerts", metadata: ["reason": "\(error)"])
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
        let facts = try await AlertFacts(archive.reader, program: program(), limits: limits, now: now)
        let changes = try await archive.keep(alerts: AlertRules.conditions(facts, limits), now: now)
        for change in changes {
            let key = change.alert.condition.key
            var metadata: Logger.Metadata = ["rule": "\(key.rule.rawValue)", "detail": "\(change.alert.condition.detail)"]
            if !key.envoy.isEmpty { metadata["envoy"] = "\(key.envoy)" }
            logger.log(level: change.isEnd ? .notice : .warning, change.isEnd ? "alert ended" : "alert", metadata: metadata)
        }
        if !changes.isEmpty { onChange() }
    }
}
