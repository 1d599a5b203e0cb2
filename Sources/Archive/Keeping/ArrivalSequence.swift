import GRDB

/// The numbers of rows in the order of their arrival.
enum ArrivalSequence {
    /// The last one given; 0 if none was.
    static func last(in db: Database) throws -> Int {
        let statement = try db.cachedStatement(
            sql: """
                SELECT max(ifnull((SELECT max(seq) FROM interval), 0), ifnull((SELECT max(seq) FROM reading), 0),
                    ifnull((SELECT max(seq) FROM event), 0))
                """)
        return try Int.fetchOne(statement) ?? 0
    }
}
