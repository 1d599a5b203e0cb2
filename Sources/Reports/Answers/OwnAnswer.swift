#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A reply to a report that is made here, in the cloud's place (§5).
///
/// Experimental: the least that an Envoy accepts is unknown.
public enum OwnAnswer {
    /// The bytes of a whole HTTP reply: success, and every event id that the report holds.
    ///
    /// - Parameters:
    ///   - request: a captured request, head and body.
    ///   - timestamp: now, seconds since 1970 UTC.
    ///   - limitBytes: the largest body to accept once inflated.
    ///   - answersUnread: whether a report that can't be read is answered as well: success, without event ids. Events that the Envoy wants
    ///     to hear of come again with its next report, as far as is known.
    ///   - form: gives, by the Envoy's serial number, the form that its answers have; nil for the published one.
    /// - Throws: where the request is no report that can be read: what an Envoy should hear then is unknown.
    public static func toRequest(
        _ request: [UInt8], at timestamp: Int, limitBytes: Int = ReportBody.defaultLimitBytes, answersUnread: Bool = false,
        form: (_ serial: String) -> AnswerForm? = { _ in nil }
    ) throws(ReportError) -> [UInt8] {
        let request = try CapturedRequest(request)
        guard request.path == .performanceReport else { throw .answering(target: request.target) }
        let date = httpDate(timestamp)
        do throws(ReportError) {
            let body = try ReportBody(decoding: request.body, limitBytes: limitBytes)
            var reader = EventIDReader()
            try readXML(body.xml, as: .report, limitBytes: limitBytes, with: &reader)
            if let root = reader.otherRoot { throw .reading(.report, .root(root)) }
            let form = reader.serial.flatMap { form($0) } ?? .published
            return form.message(xml(for: reader.ids), date: date)
        } catch {
            guard answersUnread else { throw error }
            return AnswerForm.published.message(xml(for: []), date: date)
        }
    }

    private static func xml(for ids: [String]) -> String {
        var text = "<perf_report_response status=\"success\">\n  <events_processed>\n"
        for id in ids { text += "    <event id=\"\(escaped(id))\"/>\n" }
        return text + "  </events_processed>\n</perf_report_response>\n"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    /// As RFC 9110, section 5.6.7, wants it. (strftime(3) knows its names in the C locale, which a program is in that sets no other.)
    private static func httpDate(_ timestamp: Int) -> String {
        var clock = time_t(timestamp)
        var parts = tm()
        gmtime_r(&clock, &parts)
        var text = [CChar](repeating: 0, count: 64)
        let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
        return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Collects the ids of a report's events as they are written, also of those that are odd otherwise: what is not acknowledged comes again.
private struct EventIDReader: XMLReader {
    private(set) var ids: [String] = []
    private(set) var serial: String?
    /// The root element's name, if it is not a report's.
    private(set) var otherRoot: String?
    private var depth = 0

    mutating func start(_ name: WireName?, _ text: UnsafePointer<UInt8>, _ attributes: XMLAttributes, line: Int) {
        defer { depth += 1 }
        switch (depth, name) {
        case (0, .perfReport): break
        case (0, _): otherRoot = shortName(text)
        case (1, .envoy): serial = serial ?? attributes.first { $0.name == .serialNum }?.string
        case (1, .event):
            for attribute in attributes where attribute.name == .id { ids.append(attribute.string) }
        default: break
        }
    }

    mutating func end() { depth -= 1 }

    mutating func text(_ bytes: UnsafeBufferPointer<UInt8>, line: Int) {}
}
