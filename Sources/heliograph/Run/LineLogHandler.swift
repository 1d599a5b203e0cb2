import Logging
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One event, one line on standard error: the time, the level, the message, then what it is about as `key=value`.
///
/// Under systemd, which notes the time itself, the time gives way to the journal's level prefix (sd-daemon(3)).
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let isJournal: Bool

    init(level: Logger.Level, isJournal: Bool) {
        logLevel = level
        self.isJournal = isJournal
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let facts = metadata.merging(event.metadata ?? [:]) { $1 }
        let line = Self.line(
            prefix: isJournal ? "<\(event.level.journalPriority)>" : Self.timestamp(), level: event.level,
            message: "\(event.message)", facts: facts)
        // There is nowhere left to report a log that can't be written.
        _ = try? FileDescriptor.standardError.writeAll(Array(line.utf8))
    }

    static func line(prefix: String, level: Logger.Level, message: String, facts: Logger.Metadata) -> String {
        let pairs = facts.sorted { $0.key < $1.key }.map { " \($0.key)=\(quoted("\($0.value)"))" }.joined()
        let gap = prefix.hasPrefix("<") ? "" : " "
        return "\(prefix)\(gap)\(level) \(message)\(pairs)\n"
    }

    /// A value as it stands, or in quotes where it would not be read as one word; control characters never reach the terminal.
    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f && $0 != "\"" && $0 != "\\" }
        return isPlain ? value : "\"" + value.unicodeScalars.map(escaped).joined() + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"", "\\": "\\\(scalar)"
        case _ where scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value): scalar.escaped(asASCII: true)
        default: String(scalar)
        }
    }

    /// Local time with its offset from UTC, to the second (RFC 3339).
    private static func timestamp() -> String {
        var now = time(nil)
        var local = tm()
        localtime_r(&now, &local)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%S%z", &local)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension Logger.Level {
    /// syslog(3) priorities, which the journal reads.
    var journalPriority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
