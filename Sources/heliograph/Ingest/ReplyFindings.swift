import Archive
import Reports

/// What the cloud says besides taking a report: what it wants of the Envoy comes this way.
///
/// Elements bear the prefix `reply/`, by which the archive tells them from what the Envoy said.
enum ReplyFindings {
    /// The element that stands for a reply that can't be read at all.
    static let unreadable = "reply"

    /// - Parameter bytes: The reply's; none where it did not come or was too large to look at.
    static func findings(in bytes: [UInt8]) -> [Finding] {
        guard bytes.starts(with: "HTTP/".utf8) else { return [] }
        do {
            let reply = try CapturedReply(bytes)
            guard !reply.body.isEmpty, (200..<300).contains(reply.status) else { return [] }
            let xml = try ReportBody(decoding: reply.body, limitBytes: Reply.limitBytes).xml
            let decoded = try Reply.decode(xml: xml)
            var findings = decoded.findings
            if let status = decoded.value.status, status != "success" {
                findings.insert(Finding(kind: .unknownValue, element: "perf_report_response", attribute: "status", line: 1), at: 0)
            }
            return findings.map { finding in
                var finding = finding
                finding.element = ArchiveReader.replyPrefix + finding.element
                return finding
            }
        } catch {
            return [Finding(kind: .unexpectedText, element: unreadable, line: 1)]
        }
    }
}
