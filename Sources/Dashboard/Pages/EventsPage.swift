import Archive

/// An event as a line of a table.
struct EventRow {
    let title: String
    let code: String
    let device: String
    let name: String
    let began: String
    let ended: String
    let lasted: String
    let isOpen: Bool
    let detail: String

    static func rows(_ events: [EventEpisode], _ names: [String: String], _ clock: inout LocalClock) -> [EventRow] {
        var rows: [EventRow] = []
        for event in events {
            let began = event.beganTimestamp.map { Shown.moment($0, &clock) } ?? "–"
            // A clear that nobody captured came some time before the same condition was raised or cleared next.
            let (by, atMost) = event.mayHaveEndedEarlier ? ("by ", "at most ") : ("", "")
            let ended = event.endedTimestamp.map { by + Shown.moment($0, &clock) } ?? (event.isOpen ? "open" : "–")
            let span = event.beganTimestamp.flatMap { begin in
                event.endedTimestamp.map { atMost + Shown.duration($0.seconds(since: begin)) }
            }
            rows.append(
                EventRow(
                    title: event.title, code: "\(event.code)", device: event.equipment, name: names[event.equipment] ?? event.equipment,
                    began: began, ended: ended, lasted: span ?? (event.kind == .momentary ? "a moment" : ""), isOpen: event.isOpen,
                    detail: event.messageParameters ?? ""))
        }
        return rows
    }
}

/// An alert as a line of a table.
struct AlertRow {
    let title: String
    let detail: String
    let began: String
    let ended: String
    let lasted: String
    let isOpen: Bool

    init(_ alert: Alert, names: [String: String], _ clock: inout LocalClock) {
        title = alert.condition.key.rule.title
        detail = alert.condition.text(names: names) { Shown.moment($0, &clock) }
        began = Shown.moment(alert.beganTimestamp, &clock)
        ended = alert.endedTimestamp.map { Shown.moment($0, &clock) } ?? "lasts"
        lasted = alert.endedTimestamp.map { Shown.duration($0.seconds(since: alert.beganTimestamp)) } ?? ""
        isOpen = alert.isOpen
    }
}

/// What happened, newest first; before it what was found wrong.
struct EventsPage {
    let envoy: EnvoyChoice
    let alerts: [AlertRow]
    let hasAlerts: Bool
    let events: [EventRow]
    let hasEvents: Bool
    let earlier: String?
    let newest: String
    let isFirst: Bool

    static let pageSize = 100

    init(
        _ events: [EventEpisode], _ alerts: [Alert], _ envoy: EnvoyStatus, _ choice: EnvoyChoice, names: [String: String], isFirst: Bool
    ) {
        var clock = envoy.clock
        self.envoy = choice
        self.alerts = alerts.map { AlertRow($0, names: names, &clock) }
        hasAlerts = !alerts.isEmpty
        self.events = EventRow.rows(events, names, &clock)
        hasEvents = !events.isEmpty
        let last = events.count == Self.pageSize ? events.last?.place : nil
        earlier = last.map { "/events?before=\($0.timestamp)&beforeSeq=\($0.seq)&envoy=\(envoy.serialNumber)" }
        newest = "/events?envoy=\(envoy.serialNumber)"
        self.isFirst = isFirst
    }
}
