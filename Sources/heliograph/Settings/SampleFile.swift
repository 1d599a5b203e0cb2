/// The settings file to start from: every setting with its help, commented out at its default.
enum SampleFile {
    /// A YAML file that sets nothing and passes `config check`.
    static var text: String {
        let opening = """
            # Settings of Heliograph. Every line that sets something is commented out and shows the default.
            # Each setting is also a flag (--listen) and an environment variable (HELIOGRAPH_LISTEN); a flag wins over the
            # environment, the environment over this file. `heliograph config check` shows what comes of it all.

            """
        var lines = [opening]
        var block: [String] = []
        for setting in SettingTable.all {
            let indent = String(repeating: "  ", count: setting.path.count - 1)
            if Array(setting.path.dropLast()) != block {
                block = Array(setting.path.dropLast())
                lines.append(contentsOf: block.map { "\($0):" })
            }
            lines += wrapped(setting.help, width: 100 - indent.count).map { "\(indent)# \($0)" }
            lines.append("\(indent)# Accepted: \(setting.accepts). Example: \(quoted(setting.example))")
            lines.append("\(indent)#\(setting.path.last ?? ""): \(assigned(setting))\n")
        }
        return lines.joined(separator: "\n")
    }

    /// What stands behind the colon: the default, or the example where the default is to have no value.
    private static func assigned(_ setting: any SettingDescription) -> String {
        let texts = (setting.defaultTexts.isEmpty ? [setting.example] : setting.defaultTexts).map(quoted)
        return setting.isList ? "[\(texts.joined(separator: ", "))]" : texts.joined()
    }

    /// The text as a YAML scalar: a bracket at its start would begin a list.
    private static func quoted(_ text: String) -> String { text.hasPrefix("[") ? "\"\(text)\"" : text }

    /// Breaks a paragraph at spaces into lines of at most `width` characters.
    static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
