import GRDB
import Reports

enum EventKeeping {
    /// Inserts an event unless it is known. A known one takes over the id of the event that it pairs with, if it lacked
    /// one: the Envoy learns it late (§3).
    static func insert(_ event: Event, device: Int, seq: Int, in db: Database) throws -> FactTable.Outcome {
        try db.cachedStatement(
            sql: """
                INSERT INTO event(seq, timestamp, device_id, code, state, wire_id, correlation_id, serial, message_key,
                    message_parameters)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """
        ).execute(arguments: [
            seq, event.timestamp, device, event.code, event.stateNumber, event.id, event.correlationID,
            event.serialNumber, event.messageKey, event.messageParameters,
        ])
        if db.changesCount == 1 { return .new }
        if let correlationID = event.correlationID {
            try db.cachedStatement(
                sql: """
                    UPDATE event SET correlation_id = ? WHERE correlation_id IS NULL
                        AND timestamp = ? AND device_id = ? AND code = ? AND ifnull(state, -1) = ifnull(?, -1)
                        AND ifnull(message_key, '') = ifnull(?, '')
                        AND ifnull(message_parameters, '') = ifnull(?, '')
                    """
            ).execute(arguments: [
                correlationID, event.timestamp, device, event.code, event.stateNumber, event.messageKey,
                event.messageParameters,
            ])
        }
        return .known
    }
}
