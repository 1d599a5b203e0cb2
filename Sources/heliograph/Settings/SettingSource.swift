/// Where the value of a setting came from.
enum SettingSource: Hashable, Sendable {
    /// A flag of the command line, without its dashes.
    case flag(String)
    /// The name of an environment variable.
    case environment(String)
    /// A line, counted from 1, of a file.
    case file(path: String, line: Int)
    /// Nobody set it.
    case builtIn
}

extension SettingSource: CustomStringConvertible {
    var description: String {
        switch self {
        case .flag(let name): "flag --\(name)"
        case .environment(let name): "environment variable \(name)"
        case .file(let path, let line): "\(path):\(line)"
        case .builtIn: "default"
        }
    }
}
