import Archive

/// `/api/v1/alerts`: those that last first, then those that ended, newest first.
struct AlertsJSON: Encodable {
    struct One: Encodable {
        var id: Int
        /// A raw value of `AlertRule`.
        var rule: String
        var envoy: String?
        /// The panel or device concerned.
        var device: String?
        /// What else makes it this alert and no other, such as an element of a report.
        var subject: String?
        /// A sentence without its full stop, as it was when the alert was raised; instants in it are ISO 8601 in UTC.
        var detail: String
        var isOpen: Bool
        var beganTimestamp: Int
        var endedTimestamp: Int?

        init(_ alert: Alert) {
            let key = alert.condition.key
            (id, rule, detail, isOpen) = (alert.id, key.rule.rawValue, alert.condition.detail, alert.isOpen)
            envoy = key.envoy.isEmpty ? nil : key.envoy
            device = key.equipment
            subject = key.subject.isEmpty ? nil : key.subject
            (beganTimestamp, endedTimestamp) = (alert.beganTimestamp, alert.endedTimestamp)
        }
    }

    var alerts: [One]
}

extension House {
    /// Alerts about an Envoy and those about none; about all where it is nil.
    ///
    /// - Parameter ended: the most to tell of those that have ended.
    func alerts(envoy: String?, ended: Int) async throws -> [Alert] {
        try await archive.open().alerts(ended: ended).filter { alert in envoy.map { [$0, ""].contains(alert.condition.key.envoy) } ?? true }
    }
}

extension APIRoutes {
    func alerts(_ query: Query) async throws -> AlertsJSON {
        let ended = try query.number("ended", in: 0...1_000) ?? 100
        return AlertsJSON(alerts: try await house.alerts(envoy: query.text("envoy"), ended: ended).map(AlertsJSON.One.init))
    }
}
