/// Writes elements one after another; knows quoting and nothing of reports.
struct XMLWriter {
    private(set) var text: String
    private let quote: Character
    private let emptyEnd: String
    private let newline: String

    /// - Parameters:
    ///   - singleQuotes: quote with `'`, end empty elements with ` />`, one element a line, as firmware R3.0.0 does;
    ///     otherwise `"`, `/>`, and everything on one line.
    init(singleQuotes: Bool) {
        quote = singleQuotes ? "'" : "\""
        emptyEnd = singleQuotes ? " />" : "/>"
        newline = singleQuotes ? "\n" : ""
        text = singleQuotes ? "<?xml version='1.0' encoding='utf-8'?>\n" : "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    }

    mutating func open(_ name: String, _ attributes: [(String, String)], depth: Int = 0) {
        tag(name, attributes, depth)
        text += ">" + newline
    }

    mutating func empty(_ name: String, _ attributes: [(String, String)], depth: Int = 0) {
        tag(name, attributes, depth)
        text += emptyEnd + newline
    }

    mutating func close(_ name: String, depth: Int = 0) {
        indent(depth)
        text += "</\(name)>" + newline
    }

    /// Character data in a CDATA section; a `]]>` inside is split over two.
    mutating func cdata(_ content: String) {
        text += "<![CDATA[" + content.split(separator: "]]>", omittingEmptySubsequences: false).joined(separator: "]]]]><![CDATA[>") + "]]>"
    }

    private mutating func tag(_ name: String, _ attributes: [(String, String)], _ depth: Int) {
        indent(depth)
        text += "<" + name
        for (key, value) in attributes {
            text += " \(key)=\(quote)\(Self.escaped(value))\(quote)"
        }
    }

    private mutating func indent(_ depth: Int) {
        if !newline.isEmpty { text += String(repeating: "  ", count: depth) }
    }

    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { "&<>'\"".utf8.contains($0) }) else { return value }
        return value.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "'": result += "&apos;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
