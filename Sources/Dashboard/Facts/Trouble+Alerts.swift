import Archive

extension Trouble {
    /// What the rules of the alerts have raised.
    init(_ alert: Alert, names: [String: String], _ clock: inout LocalClock) {
        let key = alert.condition.key
        kind = Kind(key.rule)
        text = alert.condition.text(names: names) { Shown.moment($0, &clock) }
        (device, code, sinceTimestamp, self.alert) = (key.equipment, key.eventCode, alert.beganTimestamp, alert.id)
    }

    /// Alerts that last, and what this look finds besides: a thing that both know is told once, as the alert.
    static func joining(_ alerts: [Trouble], _ found: [Trouble]) -> [Trouble] {
        alerts + found.filter { one in !alerts.contains { $0.isAboutTheSame(as: one) } }
    }

    private func isAboutTheSame(as other: Trouble) -> Bool { (kind, device, code) == (other.kind, other.device, other.code) }
}

extension Trouble.Kind {
    init(_ rule: AlertRule) {
        self =
            switch rule {
            case .envoySilent: .envoySilent
            case .panelLow: .panelWeak
            case .panelSilent: .panelSilent
            case .eventOpen: .eventOpen
            case .diskFilling: .diskFilling
            case .cloudUnreachable: .cloudFailing
            case .cloudTask: .cloudTask
            }
    }
}
