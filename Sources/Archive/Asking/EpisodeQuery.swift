import GRDB

/// The question for episodes of events, a page at a time.
///
/// It walks along the events' times and looks at few rows besides: whom an event pairs with, and what of its kind came next, the indexes
/// tell. SQLite, which has no statistics here, would choose others by itself, and read all events for each; so the indexes are named, and a
/// plus sign keeps the devices' condition from choosing one. Only of a device by name, whose events may be few among many, the newest are
/// found by an index of devices.
enum EpisodeQuery {
    static func sql(_ filter: RowFilter, newestFirst: Bool) -> String {
        let order = newestFirst ? " DESC" : ""
        let isOfDevice = newestFirst && filter.equipment != nil
        return """
            SELECT event.seq, envoy.serial, equipment,
                CASE event.state WHEN 2 THEN (SELECT min(timestamp) FROM (\(clears))) END AS cleared,
                CASE event.state WHEN 2 THEN (\(successor)) END AS followed,
                CASE event.state WHEN 1 THEN (SELECT max(timestamp) FROM (\(raises))) END AS began,
                \(FactColumns.event)
            FROM event\(isOfDevice ? " INDEXED BY event_identity" : "")
            CROSS JOIN device ON device.id = device_id CROSS JOIN envoy ON envoy.id = envoy_id
            WHERE (event.timestamp, event.seq) > (:after, :seq) AND (event.timestamp, event.seq) < (:before, :beforeSeq)
                \(devices(filter, isOfDevice ? "event.device_id" : "+event.device_id"))
                AND (event.timestamp >= :from OR (event.state = 2 AND ifnull(cleared >= :until, ifnull(followed >= :from, TRUE))))
                AND (began IS NULL OR began < :raisesFrom)
            ORDER BY event.timestamp\(order), event.seq\(order) LIMIT :size
            """
    }

    /// The question for the time of a device's event behind its `:near` newest ones; the index alone answers it.
    static func farSQL(_ filter: RowFilter) -> String {
        """
        SELECT timestamp FROM event INDEXED BY event_identity
        WHERE (timestamp, seq) > (:after, :seq) AND (timestamp, seq) < (:before, :beforeSeq) \(devices(filter, "device_id"))
        ORDER BY timestamp DESC LIMIT 1 OFFSET :near
        """
    }

    /// - Parameters:
    ///   - after: the event behind which to begin.
    ///   - place: the event before which to end, where that is within the range.
    ///   - near: see `farSQL`.
    static func arguments(
        _ filter: RowFilter, after: PageKey, before place: EventPlace? = nil, size: Int, near: Int = 0
    ) -> StatementArguments {
        let (from, until) = (filter.timestamps.lowerBound, filter.timestamps.upperBound)
        let end = place.flatMap { $0.timestamp < until ? $0 : nil } ?? EventPlace(timestamp: until, seq: 0)
        return [
            "after": after.timestamp, "seq": after.minor, "from": from, "until": until, "before": end.timestamp, "beforeSeq": end.seq,
            // Of a raise before it, a clear is listed only where lasting conditions are asked for.
            "raisesFrom": filter.includesLasting ? from : Int.min,
            "size": size, "near": near, "envoy": filter.envoy, "equipment": filter.equipment, "inverter": filter.inverter,
        ]
    }

    /// The condition on devices; empty if events of all are wanted.
    private static func devices(_ filter: RowFilter, _ column: String) -> String {
        if filter.envoy == nil, filter.equipment == nil { return "" }
        return """
            AND \(column) IN (SELECT device.id FROM device JOIN envoy ON envoy.id = envoy_id
                WHERE (:envoy IS NULL OR envoy.serial = :envoy)
                    AND (:equipment IS NULL OR equipment IN (:equipment, :inverter) OR device.serial = :equipment))
            """
    }

    /// When an event that raised a condition was cleared.
    private static let clears = [("correlation", "correlation_id = event.wire_id"), ("id", "wire_id = event.correlation_id")]
        .map { index, pairs in
            """
            SELECT clear.timestamp FROM event clear INDEXED BY event_by_\(index)
            WHERE clear.device_id = event.device_id AND clear.\(pairs) AND clear.code = event.code AND clear.state = 1
                AND clear.timestamp >= event.timestamp
                AND NOT EXISTS (
                    SELECT 1 FROM event later INDEXED BY event_by_id
                    WHERE later.device_id = event.device_id AND later.wire_id = event.wire_id AND later.code = event.code
                        AND later.state = 2 AND later.timestamp > event.timestamp AND later.timestamp <= clear.timestamp)
            """
        }.joined(separator: " UNION ALL ")

    /// When the same condition of the same device was raised or cleared next. What a message says tells conditions of one code apart, as in
    /// the index.
    private static let successor = """
        SELECT next.timestamp FROM event next INDEXED BY event_identity
        WHERE next.device_id = event.device_id AND next.code = event.code AND next.timestamp > event.timestamp
            AND ifnull(next.state, -1) IN (1, 2) AND ifnull(next.message_key, '') = ifnull(event.message_key, '')
            AND ifnull(next.message_parameters, '') = ifnull(event.message_parameters, '')
        ORDER BY next.timestamp LIMIT 1
        """

    /// When what an event cleared was raised.
    private static let raises = [("id", "wire_id = event.correlation_id"), ("correlation", "correlation_id = event.wire_id")]
        .map { index, pairs in
            """
            SELECT beginning.timestamp FROM event beginning INDEXED BY event_by_\(index)
            WHERE beginning.device_id = event.device_id AND beginning.\(pairs) AND beginning.code = event.code AND beginning.state = 2
                AND beginning.timestamp <= event.timestamp
            """
        }.joined(separator: " UNION ALL ")
}
