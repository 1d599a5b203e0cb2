import Archive
import Reports
import Spool

/// What an exchange turned out to be, once decoded.
enum UnderstoodExchange {
    /// A report for the archive, and its XML.
    case report(Arrival, xml: [UInt8])
    /// A request on another path: captured and forwarded, nothing to decode.
    case other
    /// A report that can't be read, and why.
    case undecodable(String)

    /// - Parameters:
    ///   - reply: The reply's bytes; none where it did not come or was too large to look at.
    ///   - inflatedLimit: How large a body may become when it is inflated, bytes.
    init(_ stem: Stem, request: [UInt8], reply: [UInt8], inflatedLimit: Int) {
        do {
            let request = try CapturedRequest(request)
            guard request.path == .performanceReport else {
                self = .other
                return
            }
            let body = try ReportBody(decoding: request.body, limitBytes: inflatedLimit)
            let report = try Report.decode(xml: body.xml, limitBytes: inflatedLimit)
            guard report.value.envoy != nil else {
                self = .undecodable("it names no Envoy")
                return
            }
            let source = Source(name: stem.description, receivedTimestamp: stem.arrivalTimestamp)
            let findings = report.findings + Self.findings(inReply: reply, limit: inflatedLimit)
            self = .report(Arrival(report.value, findings: findings, from: source), xml: body.xml)
        } catch {
            self = .undecodable("\(error)")
        }
    }

    /// The element that stands for a reply that can't be read at all.
    static let unreadableReply = "reply"

    /// What the cloud says besides taking the report: its tasks come this way.
    private static func findings(inReply bytes: [UInt8], limit: Int) -> [Finding] {
        guard bytes.starts(with: "HTTP/".utf8) else { return [] }
        do {
            let reply = try CapturedReply(bytes)
            guard !reply.body.isEmpty, (200..<300).contains(reply.status) else { return [] }
            return try Reply.decode(xml: ReportBody(decoding: reply.body, limitBytes: limit).xml, limitBytes: limit).findings
        } catch {
            return [Finding(kind: .unexpectedText, element: unreadableReply, line: 1)]
        }
    }
}
