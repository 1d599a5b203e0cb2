import Reports

/// A captured message as people read it: its head as it came, and its body freed of chunks, compression and form.
struct ReadableMessage: Equatable {
    let head: String
    /// Empty where there is none, and where it can't be made readable.
    let body: String
    /// Whether there is more of it.
    let isCut: Bool
    /// What was done to the body, or why it can't be shown.
    let note: String
    /// The first bytes of a body that is no text, as they came, in hexadecimal digits.
    let digits: String

    /// The largest body to inflate: replies are far smaller, and a bomb bursts here.
    private static let inflatedBytes = 4 << 20
    private static let shownDigits = 256

    /// - Parameters:
    ///   - isWhole: whether the bytes are all there are.
    ///   - limit: how much of a text to show, bytes.
    init(_ bytes: [UInt8], isWhole: Bool = true, limit: Int) {
        let end = bytes.indices.first { $0 + 4 <= bytes.count && bytes[$0] == 13 && bytes[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) }
        head = Text.readable(bytes[..<(end ?? bytes.count)].prefix(limit))
        guard let end, end + 4 < bytes.count else {
            (body, note, digits, isCut) = ("", "", "", (end ?? bytes.count) > limit)
            return
        }
        let raw = bytes[(end + 4)...]
        let isText = Text.isText(raw)
        digits = isText ? "" : Text.digits(raw.prefix(Self.shownDigits)) + (raw.count > Self.shownDigits ? "…" : "")
        guard isWhole else {
            (body, note, isCut) = ("", "Too large to be shown; the download has all of it", false)
            return
        }
        // What is no message in HTTP's form is shown as it is.
        let content = (try? CapturedBody.content(of: bytes)) ?? raw
        do {
            let decoded = try ReportBody(decoding: content, limitBytes: Self.inflatedBytes)
            let others = decoded.fields.map { "\($0.name)=\($0.value)\n" }.joined()
            body = Text.readable(Array(others.utf8).prefix(limit)) + Text.readable(decoded.xml.prefix(limit))
            isCut = max(others.utf8.count, decoded.xml.count) > limit
            note = decoded.compression.map { "Body: \($0), \(Shown.bytes(raw.count)) on the wire, as text" } ?? "Body"
        } catch {
            if let inflated = Compression.inflated(content, limitBytes: Self.inflatedBytes), Text.isText(inflated.bytes[...]) {
                body = Text.readable(inflated.bytes.prefix(limit))
                isCut = inflated.bytes.count > limit
                note = "Body: \(inflated.compression), \(Shown.bytes(raw.count)) on the wire, as text"
            } else {
                body = isText ? Text.readable(content.prefix(limit)) : ""
                isCut = isText && content.count > limit
                note = isText ? "Body" : "The body can’t be made readable: \(error)"
            }
        }
    }
}

/// Bytes as a screen shows them.
enum Text {
    /// Whether a text of ASCII or UTF-8 is all there is.
    static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
        !bytes.contains { $0 < 9 || $0 == 127 || (14..<32).contains($0) } && String(validating: bytes, as: UTF8.self) != nil
    }

    /// Bytes as text; what a screen can't show is marked.
    static func readable(_ bytes: ArraySlice<UInt8>) -> String {
        String(
            String.UnicodeScalarView(
                String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar in
                    scalar == "\n" || scalar == "\t" || scalar.value >= 0x20 && !(0x7f..<0xa0).contains(scalar.value)
                        ? scalar : scalar == "\r" ? " " : "\u{fffd}"
                }))
    }

    static func digits(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.enumerated().map { index, byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16) + (index % 32 == 31 ? "\n" : " ")
        }.joined()
    }
}
