import GRDB
import Reports

/// A decoded report on its way into the archive.
public struct Arrival: Sendable {
    public var report: Report
    /// What was odd about it; summed by kind and place.
    public var findings: [Finding]
    public var source: Source

    public init(_ report: Report, findings: [Finding] = [], from source: Source) {
        self.report = report
        self.findings = findings
        self.source = source
    }
}

extension ArchiveWriter {
    /// Keeps a report: every row that the archive does not have yet, in one transaction.
    ///
    /// Order and repetition do not matter: reports that come twice, late, cut into other pieces, or with ids that began
    /// anew lead to the same facts (§4). Descriptions of the Envoy and its equipment, its time zone and the live values
    /// are those of the newest time, not of the newest arrival.
    ///
    /// - Returns: what was new and what was known.
    /// - Throws: `ArchiveError` with `noEnvoy`, `diskFull`, `inUse`, `damaged` or another cause; nothing was kept then.
    @discardableResult
    public func keep(_ report: Report, findings: [Finding] = [], from source: Source) async throws -> Kept {
        try await keep([Arrival(report, findings: findings, from: source)]).first ?? Kept()
    }

    /// Keeps several reports in one transaction: all of them, or none. Saves flushes where a disk flushes slowly.
    ///
    /// - Returns: what became of each.
    /// - Throws: as `keep(_:findings:from:)`.
    public func keep(_ arrivals: [Arrival]) async throws -> [Kept] {
        try await change(Self.keeping) { db in try keep(arrivals, in: db) }
    }

    /// The same on the calling thread, which it blocks: for one that has its own priority.
    public func keepBlocking(_ arrivals: [Arrival]) throws -> [Kept] {
        do { return try database.write { db in try keep(arrivals, in: db) } } catch {
            throw ArchiveError.explain(error, Self.keeping, path)
        }
    }

    private static let keeping = "keeping a report in"

    private func keep(_ arrivals: [Arrival], in db: Database) throws -> [Kept] {
        try arrivals.map { arrival in
            guard let envoy = arrival.report.envoy else { throw ArchiveError(Self.keeping, path, .noEnvoy) }
            var keeper = try ReportKeeper(envoy, of: arrival, in: db)
            return try keeper.keep()
        }
    }
}
