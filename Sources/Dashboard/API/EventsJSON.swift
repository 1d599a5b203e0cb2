import Archive

/// `/api/v1/events`: newest first.
struct EventsJSON: Encodable {
    struct Event: Encodable {
        var seq: Int
        var envoy: String
        var device: String
        var code: Int
        var name: String?
        /// `momentary`, `raised`, `cleared` or `unknown`.
        var kind: String
        var beganTimestamp: Int?
        var endedTimestamp: Int?
        /// True where the clear is not known: it came before the same condition was raised or cleared again.
        var mayHaveEndedEarlier: Bool?
        var isOpen: Bool
        var messageKey: String?
        var messageParameters: String?

        init(_ event: EventEpisode) {
            (seq, envoy, device, code, name) = (event.seq, event.envoy, event.equipment, event.code, event.name)
            kind =
                switch event.kind {
                case .momentary: "momentary"
                case .raised: "raised"
                case .cleared: "cleared"
                case .unknown: "unknown"
                }
            (beganTimestamp, endedTimestamp, isOpen) = (event.beganTimestamp, event.endedTimestamp, event.isOpen)
            mayHaveEndedEarlier = event.mayHaveEndedEarlier ? true : nil
            (messageKey, messageParameters) = (event.messageKey, event.messageParameters)
        }
    }

    var events: [Event]
    /// Ask for events before this instant and this number to go on; missing at the end.
    var nextBefore: Int?
    var nextBeforeSeq: Int?
}

extension House {
    /// - Parameter before: an event that has been told; nil for the newest.
    func events(envoy: String?, device: String?, before: EventPlace?, limit: Int) async throws -> [EventEpisode] {
        let filter = RowFilter(timestamps: 0..<Int.max, envoy: envoy, equipment: device)
        return try await archive.open().newestEvents(filter, before: before, limit: limit)
    }
}

extension APIRoutes {
    func events(_ query: Query) async throws -> EventsJSON {
        let limit = try query.number("limit", in: 1...1_000) ?? 100
        let events = try await house.events(
            envoy: query.text("envoy"), device: query.text("device"), before: try query.eventPlace(), limit: limit)
        let last = events.count == limit ? events.last?.place : nil
        return EventsJSON(events: events.map(EventsJSON.Event.init), nextBefore: last?.timestamp, nextBeforeSeq: last?.seq)
    }
}

extension Query {
    /// The place among the events that `before` and `beforeSeq` name; an instant alone stands for all of its second.
    func eventPlace() throws -> EventPlace? {
        let seq = try number("beforeSeq", in: 0...Int.max) ?? 0
        return try number("before", in: LocalClock.instants).map { EventPlace(timestamp: $0, seq: seq) }
    }
}
