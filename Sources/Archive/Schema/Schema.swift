import GRDB

/// The versions of the archive's format, and how one becomes the next.
enum Schema {
    /// `HELI`, in the file's header: tells an archive from other programs' databases.
    static let applicationID: Int32 = 0x4845_4c49

    /// Migrations are never changed once released; a new one is added.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(sql: schemaVersion1)
        }
        migrator.registerMigration("alerts") { db in try db.execute(sql: schemaAlerts) }
        migrator.registerMigration("roof") { db in try db.execute(sql: roofSchema) }
        migrator.registerMigration("late replies") { db in try db.execute(sql: lateRepliesSchema) }
        migrator.registerMigration("last received") { db in try db.execute(sql: lastReceivedSchema) }
        return migrator
    }
}
