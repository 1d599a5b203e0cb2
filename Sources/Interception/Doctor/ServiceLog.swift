/// What the newest lines of the service's log say of connections.
public struct ServiceLog: Sendable, Equatable {
    /// A line of the log that tells of something.
    public struct Event: Sendable, Equatable {
        public var message: String
        /// The device that it is about; nil where the line names none.
        public var address: String?
        public var reason: String?
        public var hint: String?
        /// The exchange's name, where it is about one.
        var exchange: String?
    }

    /// Whether there was a log to read.
    public var isRead: Bool
    /// Connections that were refused or failed since something of the same device was last captured, oldest first.
    public var refusals: [Event] = []
    /// The newest exchange, where it ended without the cloud's answer.
    public var cloudFailure: Event?
    /// The newest exchange, where it could not be kept.
    public var diskFailure: Event?

    /// - Parameter text: Lines as `heliograph run` writes them; nil where there is no log.
    public init(_ text: String?) {
        isRead = text != nil
        for line in (text ?? "").split(separator: "\n") {
            // First what may give a refusal by the cloud as its reason.
            if line.contains("captured, but the cloud did not answer") {
                captured(line)
                // It is no warning where forwarding is switched off: then nothing is wrong.
                cloudFailure = line.contains("info captured, but") ? nil : Self.event(line, "the cloud did not answer")
            } else if line.contains("connection refused") || line.contains("connection from an address that may not connect") {
                refusals.append(Self.event(line, line.contains("refused") ? "connection refused" : "address not admitted"))
            } else if line.contains("error could not keep a report") {
                diskFailure = Self.event(line, "could not keep a report")
            } else if Self.successes.contains(where: { line.hasPrefix("info \($0) ") || line.contains(" info \($0) ") }) {
                captured(line)
                cloudFailure = nil
            }
        }
    }

    /// The messages that end an exchange well; what is asked of the cloud or not is the owner's wish.
    private static let successes = ["forwarded", "answered in the cloud's place", "captured; nothing goes to other hosts"]

    private mutating func captured(_ line: Substring) {
        let device = Self.value("envoy", line)
        refusals.removeAll { $0.address == device || $0.address == nil }
        // Where the owner wants it so, what can't be kept is passed on all the same.
        if diskFailure?.exchange != Self.value("exchange", line) { diskFailure = nil }
    }

    /// Forgets what has been overcome since, as the running service knows: a log may be set to tell of trouble alone.
    public mutating func forget(refusals: Bool, cloudFailure: Bool, diskFailure: Bool) {
        if refusals { self.refusals = [] }
        if cloudFailure { self.cloudFailure = nil }
        if diskFailure { self.diskFailure = nil }
    }

    private static func event(_ line: Substring, _ message: String) -> Event {
        Event(
            message: message, address: value("address", line) ?? value("envoy", line), reason: value("reason", line),
            hint: value("hint", line), exchange: value("exchange", line))
    }

    /// The value behind ` name=`, with or without quotes.
    static func value(_ name: String, _ line: Substring) -> String? {
        guard let start = line.range(of: " \(name)=")?.upperBound else { return nil }
        let rest = line[start...]
        guard rest.hasPrefix("\"") else { return String(rest.prefix { $0 != " " }) }
        var value = ""
        var isEscaped = false
        for character in rest.dropFirst() {
            if isEscaped {
                value.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                return value
            } else {
                value.append(character)
            }
        }
        return nil
    }
}
