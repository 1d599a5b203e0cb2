/// Builds a reply as the parser walks its XML (§5). Whatever is not an acknowledgement is a finding: tasks from the
/// cloud come this way.
struct ReplyReader: XMLReader {
    private(set) var reply = Reply()
    private(set) var findings = Findings()
    /// The root element's name, if it is not the expected one.
    private(set) var otherRoot: String?

    /// The elements that are open, outermost first; nil within one that is passed over.
    private var open: [WireName?] = []

    mutating func start(_ name: WireName?, _ text: UnsafePointer<UInt8>, _ attributes: XMLAttributes, line: Int) {
        if let parent = open.last, parent == nil { return open.append(nil) }
        open.append(enter(name, attributes, line: line))
        guard open.last == .some(nil) else { return }
        if open.count == 1 { otherRoot = shortName(text) }
        findings.add(.unknownElement, shortName(text), line: line)
    }

    private mutating func enter(_ name: WireName?, _ attributes: XMLAttributes, line: Int) -> WireName? {
        guard let name else { return nil }
        var row = Row(name, line: line)
        switch (open.last, name) {
        case (nil, .perfReportResponse):
            for attribute in attributes {
                if attribute.name == .status { reply.status = row.text(attribute) } else { row.unknown(attribute) }
            }
            _ = row.isComplete(expected: WireNames(.status), essential: [])
        case (.perfReportResponse, .eventsProcessed):
            for attribute in attributes { row.unknown(attribute) }
        case (.eventsProcessed, .event):
            for attribute in attributes {
                if attribute.name != .id {
                    row.unknown(attribute)
                } else if let id = row.number(attribute) {
                    reply.processedEvents.append(id)
                }
            }
            _ = row.isComplete(expected: WireNames(.id), essential: WireNames(.id))
        default:
            return nil
        }
        for oddity in row.oddities { findings.add(oddity.kind, name.text, oddity.attribute, line: line) }
        return name
    }

    mutating func text(_ bytes: UnsafeBufferPointer<UInt8>, line: Int) {
        guard let element = open.last ?? nil, !bytes.allSatisfy(isWhiteSpace) else { return }
        findings.add(.unexpectedText, element.text, line: line)
    }

    mutating func end() {
        _ = open.popLast()
    }
}

extension Reply {
    /// The largest XML that a reply is taken to have, bytes: a limit of ours. The replies known have a few hundred, and 25 more for each
    /// event that the report held.
    public static let limitBytes = 4 << 20

    /// Decodes a reply's XML.
    ///
    /// - Parameter limitBytes: the largest document to accept.
    public static func decode(
        xml: [UInt8], limitBytes: Int = Self.limitBytes
    ) throws(ReportError) -> Decoded<Reply> {
        var reader = ReplyReader()
        try readXML(xml, as: .reply, limitBytes: limitBytes, with: &reader)
        if let root = reader.otherRoot { throw .reading(.reply, .root(root)) }
        return Decoded(value: reader.reply, findings: reader.findings.all, unlistedFindings: reader.findings.unlisted)
    }
}
