/// One setting: everything that is known about it, in one place.
///
/// Its name gives the three ways to set it: `limits.request-body` is the key `request-body` in the block `limits` of the
/// file, the flag `--limits-request-body`, and the environment variable `HELIOGRAPH_LIMITS_REQUEST_BODY`.
struct Setting<Value: Sendable>: Sendable {
    var name: String
    var kind: SettingKind<Value>
    /// What counts when nobody sets it.
    var defaultValue: Value
    /// One paragraph for the sample file and the documentation.
    var help: String
    /// A value that someone might want instead of the default.
    var example: String

    init(_ name: String, _ kind: SettingKind<Value>, default defaultValue: Value, example: String, help: String) {
        self.name = name
        self.kind = kind
        self.defaultValue = defaultValue
        self.example = example
        self.help = help
    }
}

/// What of a setting does not depend on its type.
protocol SettingDescription: Sendable {
    var name: String { get }
    var help: String { get }
    var example: String { get }
    /// What is accepted, as it stands behind "write …".
    var accepts: String { get }
    var isList: Bool { get }
    /// The default's texts; empty where the default is to have no value.
    var defaultTexts: [String] { get }
}

extension Setting: SettingDescription {
    var accepts: String { kind.accepts }
    var isList: Bool { kind.isList }
    var defaultTexts: [String] { kind.print(defaultValue) }
}

extension SettingDescription {
    /// The names of the blocks around the key and the key itself.
    var path: [String] { name.split(separator: ".").map(String.init) }
    /// The flag without its dashes.
    var flag: String { path.joined(separator: "-") }
    var environmentVariable: String { SettingName.environmentVariable(name) }
}

/// How the names of settings are spelled elsewhere.
enum SettingName {
    static let environmentPrefix = "HELIOGRAPH_"

    static func environmentVariable(_ name: String) -> String {
        environmentPrefix + String(name.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 })
    }
}
