/// Builds a report as the parser walks its XML (§3).
struct ReportReader: XMLReader {
    private(set) var report = Report()
    private(set) var findings = Findings()
    /// The root element's name, if it is not the expected one.
    private(set) var otherRoot: String?

    /// The elements that are open, outermost first.
    private var open: [Place] = [.document]
    private var message: [UInt8] = []
    private static let messageLimit = 1 << 16

    /// - Parameter bytes: Of the document. Rows come by the hundred (at most 500 of each kind, §4), and room that grows with them costs time.
    init(expecting bytes: Int) {
        let rows = min(bytes / Self.bytesForARowOfEach, 500)
        report.intervals.reserveCapacity(rows)
        report.readings.reserveCapacity(rows)
    }

    /// What an interval and a reading take in XML, at least.
    private static let bytesForARowOfEach = 256

    private enum Place: Equatable {
        case document
        case inside(WireName)
        /// Within an element that is passed over with all it holds.
        case skipped
    }

    @_optimize(speed)
    mutating func start(_ name: WireName?, _ text: UnsafePointer<UInt8>, _ attributes: XMLAttributes, line: Int) {
        let place = open.last ?? .document
        open.append(place == .skipped ? .skipped : enter(name, text, attributes, line: line, from: place))
    }

    @_optimize(speed)
    private mutating func enter(
        _ name: WireName?, _ text: UnsafePointer<UInt8>, _ attributes: XMLAttributes, line: Int, from place: Place
    ) -> Place {
        guard let name else { return skip(.unknownElement, shortName(text), line: line) }
        var row = Row(name, line: line)
        var isComplete = true
        switch (place, name) {
        case (.inside(.perfReport), .interval):
            report.intervals.append(.blank)
            isComplete = report.intervals[report.intervals.count - 1].read(attributes, &row)
            if !isComplete { report.intervals.removeLast() }
        case (.inside(.perfReport), .reading):
            report.readings.append(.blank)
            isComplete = report.readings[report.readings.count - 1].read(attributes, &row)
            if !isComplete { report.readings.removeLast() }
        case (.inside(.perfReport), .event):
            if let event = Event(attributes, &row) { report.events.append(event) } else { isComplete = false }
        case (.inside(.perfReport), .device):
            if let device = Device(attributes, &row) { report.devices.append(device) } else { isComplete = false }
        case (.inside(.device), .channel):
            if let channel = Channel(attributes, &row) { add(channel) } else { isComplete = false }
        case (.inside(.perfReport), .envoy):
            if report.envoy != nil { return skip(.repeatedElement, name.text, line: line) }
            report.envoy = Envoy(attributes, &row)
            isComplete = report.envoy != nil
        case (.inside(.event), .messageParams):
            if report.events.last?.messageParameters != nil {
                return skip(.repeatedElement, name.text, line: line)
            }
            for attribute in attributes { row.unknown(attribute) }
            message = []
        case (.document, .perfReport):
            report.read(attributes, &row)
        case (.document, _):
            otherRoot = name.text
            return .skipped
        default:
            return skip(.unknownElement, name.text, line: line)
        }
        for oddity in row.oddities { findings.add(oddity.kind, name.text, oddity.attribute, line: line) }
        return isComplete ? .inside(name) : .skipped
    }

    private mutating func add(_ channel: Channel) {
        // Inside a device there is a last device.
        guard let last = report.devices.indices.last else { return }
        report.devices[last].channels.append(channel)
    }

    private mutating func skip(_ kind: Finding.Kind, _ element: String, line: Int) -> Place {
        if open.last == .document { otherRoot = element }
        findings.add(kind, element, line: line)
        return .skipped
    }

    @_optimize(speed)
    mutating func text(_ bytes: UnsafeBufferPointer<UInt8>, line: Int) {
        guard case .inside(let element) = open.last else { return }
        if element == .messageParams {
            let room = Self.messageLimit - message.count
            message += bytes.prefix(room)
            if bytes.count > room { findings.add(.longText, element.text, line: line) }
        } else if !bytes.allSatisfy(isWhiteSpace) {
            findings.add(.unexpectedText, element.text, line: line)
        }
    }

    @_optimize(speed)
    mutating func end() {
        if open.popLast() == .inside(.messageParams), let last = report.events.indices.last {
            report.events[last].messageParameters = String(decoding: message, as: UTF8.self)
        }
    }
}

extension Report {
    fileprivate mutating func read(_ attributes: XMLAttributes, _ row: inout Row) {
        for attribute in attributes {
            switch attribute.name {
            case .reportTimestamp: timestamp = row.number(attribute)
            case .webcommVersion: webcommVersion = row.text(attribute)
            default: row.unknown(attribute)
            }
        }
        _ = row.isComplete(expected: WireNames(.reportTimestamp), essential: [])
    }

    /// Decodes a report's XML.
    ///
    /// - Parameter limitBytes: the largest document to accept.
    public static func decode(
        xml: [UInt8], limitBytes: Int = ReportBody.defaultLimitBytes
    ) throws(ReportError) -> Decoded<Report> {
        var reader = ReportReader(expecting: xml.count)
        try readXML(xml, as: .report, limitBytes: limitBytes, with: &reader)
        if let root = reader.otherRoot { throw .reading(.report, .root(root)) }
        return Decoded(
            value: reader.report, findings: reader.findings.all, unlistedFindings: reader.findings.unlisted)
    }
}
