/// Why the dashboard can't begin, or can't answer.
public struct DashboardError: Error, Equatable, CustomStringConvertible {
    public enum Cause: Equatable, Sendable {
        /// Anyone in the network could look, and the owner has not said that this is meant.
        case noPassword
        /// The password file does not hold what this program writes.
        case badPasswordFile
        /// What the system says.
        case other(String)
    }

    /// What was tried, such as `listening at`.
    public var operation: String
    /// On what.
    public var subject: String
    public var cause: Cause

    public init(_ operation: String, _ subject: String, _ cause: Cause) {
        (self.operation, self.subject, self.cause) = (operation, subject, cause)
    }

    public var description: String {
        switch cause {
        case .noPassword: "\(operation) \(subject): there is no password, and others than this machine could look"
        case .badPasswordFile: "\(operation) \(subject): it holds no password of this program"
        case .other(let text): "\(operation) \(subject): \(text)"
        }
    }

    /// What a person may do about it.
    public var hint: String {
        switch cause {
        case .noPassword: "heliograph password sets one; --dashboard-without-password yes lets everyone in"
        case .badPasswordFile: "heliograph password writes it anew"
        case .other: "see whether another program uses that port, or name another one with --dashboard-listen"
        }
    }
}
