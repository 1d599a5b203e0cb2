import Logging
import TestSupport

/// A log that can be looked at: level, message and metadata of each line that a person would see.
final class Told: Sendable {
    private let written = Watched<[String]>([])

    var lines: [String] { written.value }

    var logger: Logger { Logger(label: "test") { [written] _ in Handler(written: written) } }

    private struct Handler: LogHandler {
        let written: Watched<[String]>
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let shown = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            written.change { $0.append(([event.level.rawValue, event.message.description] + shown).joined(separator: " ")) }
        }
    }
}
