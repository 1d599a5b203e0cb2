/// What went wrong, for the person at the terminal, and what to do about it.
///
/// Both texts start in lower case and end without a full stop. A failure ends the program with exit status 1;
/// wrong usage (an unknown flag or verb) is ArgumentParser's and ends it with 64.
struct Failure: Error, Equatable, Sendable {
    /// What failed and on what, naming the setting, file or address.
    var message: String
    /// What to try next; nil where nothing useful can be said.
    var hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}

extension Failure: CustomStringConvertible {
    /// `error: …` and, below it, `hint: …`, without a final newline.
    var description: String {
        guard let hint else { return "error: \(message)" }
        return "error: \(message)\nhint: \(hint)"
    }
}

/// Several failures found in one go, so that a person can mend them all before trying again.
struct Failures: Error, Equatable, Sendable, CustomStringConvertible {
    var failures: [Failure]

    var description: String { failures.map(\.description).joined(separator: "\n") }
}
