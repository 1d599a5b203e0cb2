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
    ///   - reply: The reply's bytes, or the note that there is none.
    ///   - isReplyWhole: Whether it came to its end.
    ///   - inflatedLimit: How large the request's body may become when it is inflated, bytes.
    init(_ stem: Stem, request: [UInt8], reply: [UInt8], isReplyWhole: Bool = true, inflatedLimit: Int) {
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
            let findings = report.findings + ReplyFindings.findings(in: reply, isWhole: isReplyWhole)
            self = .report(Arrival(report.value, findings: findings, from: source), xml: body.xml)
        } catch {
            self = .undecodable("\(error)")
        }
    }
}
