import Reports

/// What the XML of the cloud's reply says of a report.
enum CloudVerdict: Sendable, Equatable {
    case taken
    /// The word that it has for it.
    case refused(String)

    /// Nil where the reply says nothing of a report, as a page of a host that stands in the cloud's place.
    init?(_ reply: [UInt8]) {
        // What can't be decoded says nothing.
        guard
            let status = try? Reply.decode(xml: ReportBody(decoding: CapturedReply(reply).body, limitBytes: Reply.limitBytes).xml).value
                .status
        else { return nil }
        self = status == "success" ? .taken : .refused(status)
    }
}
