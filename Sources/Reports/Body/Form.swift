/// A field of a form that stands beside the report, name and value percent-decoded.
public struct FormField: Equatable, Sendable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// The form inside an inflated body: `&`-separated `key=value` fields in any order, of which `body` is the XML (§2).
enum Form {
    static let fieldLimit = 256

    /// The XML in `text`, which is XML itself or a form, and the form's other fields.
    static func open(_ text: consuming [UInt8]) throws(ReportError) -> (xml: [UInt8], fields: [FormField]) {
        if beginsAsXML(text[...]) { return (text, []) }

        var found: (value: Range<Int>, isEncoded: Bool)?
        var others: [(name: Range<Int>, value: Range<Int>)] = []
        var position = text.startIndex
        while position < text.endIndex {
            var end = text.firstIndex(of: ampersand, in: position..<text.endIndex) ?? text.endIndex
            let nameEnd = text[position..<end].firstIndex(of: UInt8(ascii: "=")) ?? end
            let name = position..<nameEnd
            var value = min(nameEnd + 1, end)..<end
            if found == nil, isBody(text[name]) {
                if beginsAsXML(text[value]) {
                    // Not encoded: its ampersands belong to the XML, whose last byte is the last `>`.
                    end = (text[value.lowerBound...].lastIndex(of: UInt8(ascii: ">")) ?? end - 1) + 1
                    value = value.lowerBound..<end
                    found = (value, isEncoded: false)
                } else if beginsAsXML(percentDecoded(text[value].prefix(64), plusIsSpace: true)[...]) {
                    found = (value, isEncoded: true)
                }
                if found != nil {
                    position = (text.firstIndex(of: ampersand, in: end..<text.endIndex) ?? text.endIndex - 1) + 1
                    continue
                }
            }
            if !(name.isEmpty && value.isEmpty), others.count < fieldLimit { others.append((name, value)) }
            position = end + 1
        }

        let plusIsSpace = found.map { $0.isEncoded && plusMeansSpace(in: text, $0.value) } ?? false
        let fields = others.map { name, value in
            FormField(
                name: String(decoding: percentDecoded(text[name], plusIsSpace: plusIsSpace), as: UTF8.self),
                value: String(decoding: percentDecoded(text[value], plusIsSpace: plusIsSpace), as: UTF8.self))
        }
        guard let found else {
            let named = fields.contains { $0.name == "body" }
            throw .findingXML(named ? .bodyFieldIsNotXML : .noBodyField)
        }
        if found.isEncoded {
            // In place: the largest buffer of all is not needed twice.
            percentDecode(&text, found.value, plusIsSpace: plusIsSpace)
        } else {
            text.removeSubrange(found.value.upperBound...)
            text.removeSubrange(..<found.value.lowerBound)
        }
        return (text, fields)
    }

    /// Whether `+` stands for a space in a percent-encoded XML value.
    ///
    /// It may as well be itself, as in the time zone `Etc/GMT+8`. It is a space if one stands where XML allows no
    /// plus sign, in a tag outside quotes, and the value writes no space in another way.
    private static func plusMeansSpace(in text: [UInt8], _ value: Range<Int>) -> Bool {
        guard text.firstIndex(of: UInt8(ascii: "+"), in: value) != nil else { return false }
        // Spaces are told from pluses by decoding with `+` kept.
        var quote: UInt8?
        var inTag = false
        var plusInTag = false
        for byte in percentDecoded(text[value]) {
            switch byte {
            case UInt8(ascii: " "): return false
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                if quote == byte { quote = nil } else if inTag, quote == nil { quote = byte }
            case UInt8(ascii: "<") where quote == nil: inTag = true
            case UInt8(ascii: ">") where quote == nil: inTag = false
            case UInt8(ascii: "+") where inTag && quote == nil: plusInTag = true
            default: break
            }
        }
        return plusInTag
    }

    /// Whether a field's name, perhaps percent-encoded, is `body`.
    private static func isBody(_ name: ArraySlice<UInt8>) -> Bool {
        (4...12).contains(name.count) && percentDecoded(name).elementsEqual("body".utf8)
    }

    private static let ampersand = UInt8(ascii: "&")
}

/// Whether the first byte other than white space and a byte order mark is `<`.
func beginsAsXML(_ bytes: some Collection<UInt8>) -> Bool {
    let text = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.dropFirst(3) : bytes[...]
    return text.first { !isWhiteSpace($0) } == UInt8(ascii: "<")
}

/// Whether XML counts the byte as white space.
func isWhiteSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
}
