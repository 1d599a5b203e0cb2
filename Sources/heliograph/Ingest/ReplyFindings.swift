import Archive
import Reports
import Spool

/// What the cloud says besides taking a report: what it wants of the Envoy comes this way.
///
/// Elements bear the prefix `reply/`, by which the archive tells them from what the Envoy said.
enum ReplyFindings {
    /// - Parameters:
    ///   - bytes: The reply's, or the note that there is none.
    ///   - isWhole: Whether the reply came to its end.
    static func findings(in bytes: [UInt8], isWhole: Bool = true) -> [Finding] {
        guard !bytes.isEmpty, !bytes.starts(with: ExchangeFile.noReply.utf8) else { return [] }
        // What can't be read may hold anything; but of a failure's page, and of a reply that broke off, that is usual.
        var isUsual = !isWhole
        do {
            let reply = try CapturedReply(bytes)
            guard !reply.body.isEmpty else { return [] }
            isUsual = isUsual || !(200..<300).contains(reply.status)
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
            return isUsual ? [] : [Finding(kind: .unexpectedText, element: ArchiveReader.unreadableReply, line: 1)]
        }
    }
}
