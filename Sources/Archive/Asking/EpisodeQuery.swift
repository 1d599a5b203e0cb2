import GRDB

/// The question for episodes of events, a page at a time.
///
/// It walks along the events' times and looks at few rows besides: whom an event pairs with, the indexes of ids tell. SQLite, which
/// has no statistics here, would choose others by itself, and read all events for each; so the indexes are named, and a plus sign keeps
/// the devices' condition from choosing one.
enum EpisodeQuery {
    static func sql(_ filter: RowFilter, newestFirst: Bool) -> String {
        let order = newestFirst ? " DESC" : ""
        return """
            SELECT event.seq, envoy.serial, equipment,
                CASE event.state WHEN 2 THEN (SELECT min(timestamp) FROM (\(clears))) END AS ended,
                CASE event.state WHEN 1 THEN (SELECT max(timestamp) FROM (\(raises))) END AS began,
                \(FactColumns.event)
            FROM event CROSS JOIN device ON device.id = device_id CROSS JOIN envoy ON envoy.id = envoy_id
            WHERE (event.timestamp, event.seq) > (:after, :seq) AND (event.timestamp, event.seq) < (:before, :beforeSeq)
                \(filter.condition.replacing("AND device_id", with: "AND +device_id"))
                AND (event.timestamp >= :from OR (event.state = 2 AND ifnull(ended, :until) >= :until))
                AND (began IS NULL OR began < :raisesFrom)
            ORDER BY event.timestamp\(order), event.seq\(order) LIMIT :size
            """
    }

    /// - Parameters:
    ///   - after: the event behind which to begin.
    ///   - place: the event before which to end, where that is within the range.
    static func arguments(_ filter: RowFilter, after: PageKey, before place: EventPlace? = nil, size: Int) -> StatementArguments {
        let (from, until) = (filter.timestamps.lowerBound, filter.timestamps.upperBound)
        let end = place.flatMap { $0.timestamp < until ? $0 : nil } ?? EventPlace(timestamp: until, seq: 0)
        return [
            "after": after.timestamp, "seq": after.minor, "from": from, "until": until, "before": end.timestamp, "beforeSeq": end.seq,
            // Of a raise before it, a clear is listed only where lasting conditions are asked for.
            "raisesFrom": filter.includesLasting ? from : Int.min,
            "size": size, "envoy": filter.envoy, "equipment": filter.equipment,
        ]
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
