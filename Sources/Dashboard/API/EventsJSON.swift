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
            (messageKey, messageParameters) = (event.messageKey, event.messageParameters)
        }
    }

    var events: [Event]
    /// Ask for events before this instant to go on; missing at the end.
    var nextBefore: Int?
}

extension House {
    /// - Parameter before: an instant, seconds since 1970 UTC; nil for the newest.
    func events(envoy: String?, device: String?, before: Int?, limit: Int) async throws -> [EventEpisode] {
        let filter = RowFilter(timestamps: 0..<(before ?? Int.max), envoy: envoy, equipment: device)
        return try await archive.open().newestEvents(filter, limit: limit)
    }
}

extension APIRoutes {
    func events(_ query: Query) async throws -> EventsJSON {
        let limit = try query.number("limit", in: 1...1_000) ?? 100
        let events = try await house.events(
            envoy: query.text("envoy"), device: query.text("device"), before: try query.number("before", in: LocalClock.instants),
            limit: limit)
        let last = events.last.flatMap { $0.beganTimestamp ?? $0.endedTimestamp }
        return EventsJSON(events: events.map(EventsJSON.Event.init), nextBefore: events.count == limit ? last : nil)
    }
}
