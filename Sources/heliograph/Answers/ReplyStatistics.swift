import Reports

/// What an Envoy's captured replies have in common, and what differs.
struct ReplyStatistics: Encodable {
    private(set) var replies = 0
    /// Those that say success.
    private(set) var good = 0
    /// Of the good ones: in how many a header is, by its name.
    private(set) var headers: [String: Header] = [:]
    /// Of the good ones: in how many an element with its attributes is, by its path.
    private(set) var elements: [String: Int] = [:]
    private(set) var compressions: [String: Int] = [:]

    struct Header: Encodable, Equatable {
        var replies = 0
        /// Its value, where it is the same in all.
        var value: String?
    }

    mutating func add(_ shape: ReplyShape) {
        replies += 1
        guard shape.isGood else { return }
        good += 1
        for (name, value) in Dictionary(shape.headers.map { ($0.name, $0.value) }, uniquingKeysWith: { "\($0), \($1)" }) {
            var header = headers[name] ?? Header(replies: 0, value: value)
            if header.value != value { header.value = nil }
            header.replies += 1
            headers[name] = header
        }
        for element in shape.elements { elements[element, default: 0] += 1 }
        compressions[shape.compression?.rawValue ?? "none", default: 0] += 1
    }

    /// For a person: what is always there, then what is not.
    var lines: [String] {
        func share(_ count: Int) -> String { count == good ? "always" : "\(count) of \(good)" }
        var rows: [(Int, String, String)] = headers.sorted { $0.key < $1.key }.map { name, header in
            (header.replies, "header", header.value.map { "\(name): \($0)" } ?? "\(name), with values that differ")
        }
        rows += elements.sorted { $0.key < $1.key }.map { ($0.value, "element", $0.key) }
        rows += compressions.sorted { $0.key < $1.key }.map {
            ($0.value, "body", $0.key == "none" ? "not compressed" : "compressed by \($0.key)")
        }
        let constant = rows.filter { $0.0 == good }, others = rows.filter { $0.0 != good }
        return (constant + others).map { count, kind, text in "  \(share(count).padded(to: 12))\(kind.padded(to: 9))\(text.shown)" }
    }
}

extension String {
    /// Without what a terminal would obey.
    fileprivate var shown: String { String(unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : Character($0) }) }
}
