/// One thing done to the machine, in the form of a command that a person could type.
public enum Action: Sendable, Equatable, Codable {
    case set(Sysctl, String)
    /// A program's name and arguments, and what it reads on standard input.
    case run([String], input: String? = nil)
}

extension Action: CustomStringConvertible {
    /// The command for a POSIX shell; several lines where it comes with input.
    public var description: String {
        switch self {
        case .set(let sysctl, let value): return "sysctl -w \(sysctl.name)=\(value)"
        case .run(let words, let input):
            let command = words.map(Self.quoted).joined(separator: " ")
            guard let input else { return command }
            return "\(command) <<'END'\n\(input)END"
        }
    }

    private static func quoted(_ word: String) -> String {
        let isPlain = !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=,@+%".contains($0)) }
        return isPlain ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

/// A change to the machine: why, how, and what takes it back.
public struct Change: Sendable, Equatable {
    /// Why it is made, as it stands behind "to …".
    public var purpose: String
    public var action: Action
    /// nil where nothing has to be taken back.
    public var undo: Action?

    public init(_ purpose: String, _ action: Action, undo: Action?) {
        (self.purpose, self.action, self.undo) = (purpose, action, undo)
    }
}

extension [Change] {
    /// A shell script that does the same.
    public var script: String { map { "# to \($0.purpose)\n\($0.action)\n" }.joined() }
}
