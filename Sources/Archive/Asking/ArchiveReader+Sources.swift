import GRDB

extension ArchiveReader {
    /// Which of these sources a report was kept from.
    public func knownSources(among names: [String]) async throws -> Set<String> {
        try await ask("looking for reports in") { db in
            let isKnown = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM report WHERE source = ?)")
            var known = Set<String>()
            for name in names where try Bool.fetchOne(isKnown, arguments: [name]) == true { known.insert(name) }
            return known
        }
    }
}
