import Archive
import Foundation
import Reports

/// A row as JSON, for webhooks, commands and topics. Keys tell their units; what is unknown is left out; times are ISO 8601 in UTC.
struct RowText: Encodable {
    var kind: String
    var envoy: String
    var device: String
    /// When it happened; of an interval the end.
    var time: String
    var timestamp: Int
    var durationSeconds: Int?
    var joules: Int?
    var watts: Double?
    var acVolts: Double?
    var acHertz: Double?
    var dcVolts: Double?
    var dcAmperes: Double?
    var celsius: Int?
    var event: EventText?

    init(_ row: PublishedRow) {
        envoy = row.envoy
        switch row.fact {
        case .interval(let interval):
            (kind, device, timestamp) = ("interval", interval.equipment, interval.endTimestamp)
            (durationSeconds, joules, watts) = (interval.durationSeconds, interval.joules, interval.averageWatts)
        case .reading(let reading):
            (kind, device, timestamp) = ("reading", reading.equipment, reading.timestamp)
            (durationSeconds, joules, watts) = (reading.durationSeconds, reading.joules, reading.averageWatts)
            (acVolts, acHertz, dcVolts) = (reading.acVolts, reading.acHertz, reading.dcVolts)
            (dcAmperes, celsius) = (reading.dcAmperes, reading.celsius)
        case .event(let event):
            (kind, device, timestamp) = ("event", event.equipment ?? event.serialNumber ?? row.envoy, event.timestamp)
            self.event = EventText(event, envoy: row.envoy)
        }
        time = TimeText.of(timestamp)
    }
}

/// An event as JSON.
struct EventText: Encodable {
    var envoy: String
    var device: String
    var time: String
    var id: Int
    var code: Int
    /// Where the code's meaning is known.
    var name: String?
    /// `momentary`, `raised`, `cleared`, or the number of a state without a known meaning.
    var state: String?
    var messageKey: String?
    var messageParameters: String?

    init(_ event: Event, envoy: String) {
        self.envoy = envoy
        device = event.equipment ?? event.serialNumber ?? envoy
        time = TimeText.of(event.timestamp)
        (id, code, name) = (event.id, event.code, event.name)
        state =
            switch event.state {
            case .momentary: "momentary"
            case .raised: "raised"
            case .cleared: "cleared"
            case nil: event.stateNumber.map { "\($0)" }
            }
        (messageKey, messageParameters) = (event.messageKey, event.messageParameters)
    }
}

enum TimeText {
    /// ISO 8601 in UTC; an instant off the calendar is shown as the nearest on it.
    static func of(_ timestamp: Int) -> String {
        let instant = min(max(timestamp, LocalClock.instants.lowerBound), LocalClock.instants.upperBound)
        return Date(timeIntervalSince1970: Double(instant)).ISO8601Format()
    }
}
