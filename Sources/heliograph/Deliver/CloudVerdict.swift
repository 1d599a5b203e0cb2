import Reports

/// What the cloud's replies say of a report.
enum CloudVerdict {
    /// The status in a reply's XML where it is not `success`; nil where it is, and where there is none or it can't be read.
    static func refusal(in reply: [UInt8], inflatedLimit: Int) -> String? {
        guard
            let status = try? Reply.decode(xml: ReportBody(decoding: CapturedReply(reply).body, limitBytes: inflatedLimit).xml).value
                .status,
            status != "success"
        else { return nil }
        return status
    }
}
