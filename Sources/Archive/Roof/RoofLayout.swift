import GRDB

extension ArchiveReader {
    /// The tiles that the owner has laid for an Envoy's panels, by equipment; empty before.
    public func roof(of envoy: String) async throws -> [RoofTile] {
        try await ask("reading the roof in") { db in try RoofLayout.tiles(of: envoy, in: db) }
    }
}

extension ArchiveWriter {
    /// Lays an Envoy's tiles anew; those that are not among them go.
    ///
    /// - Throws: `ArchiveError` with `diskFull`, `inUse`, `damaged` or another cause; the layout is as it was then.
    public func layRoof(_ tiles: [RoofTile], of envoy: String) async throws {
        try await change("laying the roof in") { db in
            try db.execute(sql: "DELETE FROM tile WHERE envoy = ?", arguments: [envoy])
            for tile in tiles {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO tile(envoy, equipment, name, x, y, landscape) VALUES (?, ?, ?, ?, ?, ?)",
                    arguments: [envoy, tile.equipment, tile.name, tile.x, tile.y, tile.isLandscape ? 1 : 0])
            }
        }
    }
}

enum RoofLayout {
    static func tiles(of envoy: String, in db: Database) throws -> [RoofTile] {
        // An archive that no writer of this version has opened yet has no such table.
        guard try db.tableExists("tile") else { return [] }
        return try Row.fetchAll(
            db, sql: "SELECT equipment, name, x, y, landscape FROM tile WHERE envoy = ? ORDER BY equipment", arguments: [envoy]
        ).map { row in
            RoofTile(
                equipment: try row.required(0), name: row.optional(1), x: try row.required(2), y: try row.required(3),
                isLandscape: try row.required(4, as: Int.self) == 1)
        }
    }

    /// Copies the layout of the archive that is attached as `old`, as no report can bring it back.
    static func takeOver(in db: Database) throws {
        guard try db.tableExists("tile", in: "old") else { return }
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO main.tile(envoy, equipment, name, x, y, landscape)
                SELECT envoy, equipment, name, x, y, landscape FROM old.tile
                """)
    }
}
