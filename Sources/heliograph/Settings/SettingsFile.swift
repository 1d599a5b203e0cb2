import Yams

/// The layout of a YAML settings file: which keys it has, on which lines, and of what shape.
///
/// The values themselves are read by swift-configuration; it knows neither lines nor which keys there may be.
struct SettingsFile: Sendable {
    /// As it was named, for messages.
    let path: String
    /// Line, counted from 1, of each setting's value or key.
    private(set) var lines: [String: Int] = [:]
    /// Settings that are written as a YAML list.
    private(set) var lists: Set<String> = []
    /// Unknown keys, wrong shapes, and what makes it no YAML at all.
    private(set) var problems: [Failure] = []

    init(path: String, text: String) {
        self.path = path
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            switch root {
            case .mapping(let mapping): read(mapping, below: [])
            case .scalar(let scalar) where Self.isNothing(scalar): break
            default:
                problems.append(
                    Failure(
                        "the settings are not keys with values (\(path):\(root.mark?.line ?? 1))",
                        hint: "write one setting a line, as in listen: 0.0.0.0:4430"))
            }
        } catch {
            problems.append(failure(notYAML: error))
        }
    }

    private mutating func read(_ mapping: Node.Mapping, below block: [String]) {
        for (key, value) in mapping {
            let name = (block + [key.string ?? ""]).joined(separator: ".")
            let line = key.mark?.line ?? value.mark?.line ?? 1
            let source = SettingSource.file(path: path, line: line)
            let setting = SettingTable.named(name)
            switch value {
            case .mapping(let inner) where setting == nil && SettingTable.blocks.contains(name):
                read(inner, below: block + [name])
            case .scalar(let scalar) where SettingTable.blocks.contains(name) && Self.isNothing(scalar):
                break
            case _ where SettingTable.blocks.contains(name):
                problems.append(Failure("\(name): a block of settings is needed here (\(source))", hint: "indent its settings below it"))
            case _ where setting == nil:
                problems.append(.unknownSetting(name, source: source))
            case .scalar(let scalar) where Self.isNothing(scalar):
                problems.append(
                    Failure("\(name): no value is given (\(source))", hint: "delete the line, or write \(setting?.accepts ?? "a value")"))
            case .scalar:
                lines[name] = line
            case .sequence(let sequence) where setting?.isList == true && sequence.allSatisfy({ $0.scalar != nil }):
                lines[name] = line
                lists.insert(name)
            default:
                let shape = setting?.isList == true ? "a list of single values" : "a single value"
                problems.append(Failure("\(name): \(shape) is needed here (\(source))", hint: "write \(setting?.accepts ?? "a value")"))
            }
        }
    }

    /// Whether a scalar is YAML's null, which is what a key with nothing behind it is.
    private static func isNothing(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    private func failure(notYAML error: any Error) -> Failure {
        let hint = "quote values that hold \": \" or start with [ or *, as in listen: \"[::]:4430\""
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            return Failure("not YAML: \(problem) (\(path):\(mark.line))", hint: hint)
        case YamlError.duplicatedKeysInMapping(let keys, let context):
            return Failure(
                "set more than once: \(keys.joined(separator: ", ")) (\(path):\(context.mark.line))", hint: "keep one of the lines")
        default:
            return Failure("not YAML: \(error) (\(path))", hint: hint)
        }
    }
}

extension SettingTable {
    /// The names of the blocks that settings stand in.
    static let blocks = Set(all.compactMap { $0.path.count > 1 ? $0.path.dropLast().joined(separator: ".") : nil })
}

extension Failure {
    /// A key or environment variable that no setting has.
    static func unknownSetting(_ name: String, source: SettingSource) -> Failure {
        let known = SettingTable.all.map(\.name) + SettingTable.blocks
        let nearest = NearestName.of(name, among: known) ?? known.first { $0.hasSuffix("." + name) }
        let hint = nearest.map { "did you mean \($0)?" } ?? "heliograph config sample lists every setting"
        return Failure("unknown setting \(name) (\(source))", hint: hint)
    }
}
