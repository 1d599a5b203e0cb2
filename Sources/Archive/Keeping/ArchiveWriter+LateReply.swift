import GRDB
import Reports

extension ArchiveWriter {
    /// Adds what was odd about the reply to a report that the archive has, and that the cloud answered later. Blocks.
    ///
    /// - Parameters:
    ///   - source: the report's name.
    ///   - timestamp: when the reply came, seconds since 1970 UTC.
    /// - Returns: false where the archive has no such report.
    /// - Throws: `ArchiveError`; nothing was kept then.
    public func keepBlocking(_ findings: [Finding], inLateReplyTo source: String, at timestamp: Int) throws -> Bool {
        do {
            return try database.write { db in
                guard let report = try Row.fetchOne(db, sql: "SELECT id, envoy_id FROM report WHERE source = ?", arguments: [source]) else {
                    return false
                }
                let (id, envoy): (Int, Int) = (try report.required(0), try report.required(1))
                for finding in findings {
                    try db.execute(
                        sql: """
                            INSERT INTO finding(envoy_id, kind, element, attribute, count, first_report, last_report, seen)
                            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(envoy_id, kind, element, attribute) DO UPDATE SET
                                count = count + excluded.count, last_report = max(last_report, excluded.last_report), seen = excluded.seen
                            """,
                        arguments: [
                            envoy, finding.kind.rawValue, finding.element, finding.attribute ?? "", finding.count, id, id, timestamp,
                        ])
                }
                return true
            }
        } catch { throw ArchiveError.explain(error, "keeping a reply in", path) }
    }
}
