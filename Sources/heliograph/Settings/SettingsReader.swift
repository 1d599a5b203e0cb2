import Configuration
import SystemPackage

/// Looks each setting up: flags first, then the environment, then the file, then the default.
///
/// Keeps what it found for `config check`, and every problem, so that all of them can be mended in one go.
struct SettingsReader {
    /// A setting as it will be used.
    struct Finding: Sendable, Equatable {
        var name: String
        /// Empty where there is no value.
        var texts: [String]
        var source: SettingSource
    }

    private(set) var findings: [Finding] = []
    private(set) var problems: [Failure] = []

    private let flags: any ConfigSnapshot
    private let environment: any ConfigSnapshot
    private let file: (layout: SettingsFile, values: any ConfigSnapshot)?

    /// - Parameters:
    ///   - flags: Texts by the names of settings.
    ///   - environment: Environment variables; those that do not start with `HELIOGRAPH_`, and empty ones, are passed over.
    ///   - file: Path, for messages, and content of the settings file; nil when there is none.
    init(flags: [String: [String]], environment: [String: String], file: (path: String, text: String)?) {
        let variables = environment.filter { $0.key.hasPrefix(SettingName.environmentPrefix) && !$0.value.isEmpty }
        let flagValues = flags.map { (AbsoluteConfigKey(Self.components($0)), ConfigValue(.stringArray($1), isSecret: false)) }
        self.flags = InMemoryProvider(name: "flags", values: Dictionary(flagValues) { first, _ in first }).snapshot()
        self.environment = EnvironmentVariablesProvider(environmentVariables: variables).snapshot()
        (self.file, problems) = Self.read(file)
        problems += Self.unknown(in: variables)
    }

    /// The value of a setting, and the default where it is not set or what is set can't be accepted (a problem, then).
    mutating func value<Value>(_ setting: Setting<Value>) -> Value {
        guard let (texts, source) = lookUp(setting) else {
            findings.append(Finding(name: setting.name, texts: setting.defaultTexts, source: .builtIn))
            return setting.defaultValue
        }
        guard let value = setting.kind.parse(texts) else {
            problems.append(.unacceptable(setting, texts: texts, source: source))
            return setting.defaultValue
        }
        findings.append(Finding(name: setting.name, texts: setting.kind.print(value), source: source))
        return value
    }

    /// Reports that one of two settings that only work together is missing.
    mutating func refuseHalfPair(
        given: any SettingDescription, missing: any SettingDescription, hint: String = "set both, or neither to have one made"
    ) {
        // A bad value of the other one has been reported already.
        guard findings.contains(where: { $0.name == missing.name }) else { return }
        problems.append(
            Failure("\(given.name) is set without \(missing.name) (\(source(of: given)))", hint: hint))
    }

    /// Reports that two settings have the same value and may not.
    mutating func refuseSame(_ one: any SettingDescription, _ other: any SettingDescription) {
        problems.append(
            Failure(
                "\(one.name) (\(source(of: one))) and \(other.name) (\(source(of: other))) are the same",
                hint: "give one of them another port"))
    }

    private func source(of setting: any SettingDescription) -> SettingSource {
        findings.last { $0.name == setting.name }?.source ?? .builtIn
    }

    private func lookUp(_ setting: any SettingDescription) -> (texts: [String], source: SettingSource)? {
        if let texts = texts(in: flags, of: setting.name, list: true) {
            return (setting.isList ? Self.parted(texts) : texts.suffix(1), .flag(setting.flag))
        }
        let variable = setting.environmentVariable
        let variableKey = SettingName.environmentPrefix + setting.name
        if let texts = texts(in: environment, of: variableKey, list: false) {
            return (setting.isList ? Self.parted(texts) : texts, .environment(variable))
        }
        if let file, let line = file.layout.lines[setting.name] {
            let isList = file.layout.lists.contains(setting.name)
            if let texts = texts(in: file.values, of: setting.name, list: isList) {
                let source = SettingSource.file(path: file.layout.path, line: line)
                return (setting.isList && !isList ? Self.parted(texts) : texts, source)
            }
        }
        return nil
    }

    private func texts(in snapshot: any ConfigSnapshot, of name: String, list: Bool) -> [String]? {
        let key = AbsoluteConfigKey(Self.components(name))
        // Only a mismatch of types is thrown, and the type asked for is the one that was put in or seen in the file.
        guard let found = try? snapshot.value(forKey: key, type: list ? .stringArray : .string).value else { return nil }
        switch found.content {
        case .string(let text): return [text]
        case .stringArray(let texts): return texts
        default: return nil
        }
    }

    private static func components(_ name: String) -> [String] { name.split(separator: ".").map(String.init) }

    /// Parts `a, b` at its commas.
    private static func parted(_ texts: [String]) -> [String] {
        texts.flatMap { $0.split(separator: ",") }.map { String($0.trimmingPrefix(while: \.isWhitespace)) }
            .map { String($0.reversed().trimmingPrefix(while: \.isWhitespace).reversed()) }
    }

    private static func unknown(in variables: [String: String]) -> [Failure] {
        let known =
            SettingTable.all.map(\.environmentVariable) + [SettingsOptions.configVariable] + PublisherSecret.allCases.map(\.rawValue)
        return variables.keys.filter { !known.contains($0) }.sorted().map { name in
            let nearest = NearestName.of(name, among: known)
            return Failure(
                "unknown environment variable \(name)",
                hint: nearest.map { "did you mean \($0)?" } ?? "heliograph config sample lists every setting")
        }
    }

    private static func read(_ file: (path: String, text: String)?) -> ((SettingsFile, any ConfigSnapshot)?, [Failure]) {
        guard let file else { return (nil, []) }
        let layout = SettingsFile(path: file.path, text: file.text)
        guard !layout.lines.isEmpty else { return (nil, layout.problems) }
        do {
            let bytes = Array(file.text.utf8)
            let values = try YAMLSnapshot(data: bytes.span.bytes, providerName: file.path, parsingOptions: .default)
            return ((layout, values), layout.problems)
        } catch {
            // Keys that are no text or lists within lists: the layout has named them already, with their lines.
            let unnamed = Failure("not a settings file: \(error) (\(file.path))", hint: "heliograph config sample shows one")
            return (nil, layout.problems.isEmpty ? [unnamed] : layout.problems)
        }
    }
}

extension Failure {
    /// A value that its setting does not take.
    static func unacceptable(_ setting: any SettingDescription, texts: [String], source: SettingSource) -> Failure {
        let found = texts.map { "\"\($0)\"" }.joined(separator: ", ")
        return Failure("\(setting.name): \(found) is not accepted (\(source))", hint: "write \(setting.accepts)")
    }
}
