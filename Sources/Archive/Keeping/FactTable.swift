import GRDB

/// A table of rows that Envoys send, and which of its columns tell rows apart.
struct FactTable {
    let name: String
    /// What identifies a row, besides `seq`.
    let identity: [String]
    /// What a second arrival must say alike.
    let content: [String]
    /// What may differ when a row comes again: ids begin anew after a factory reset (§4).
    let extras: [String]

    private let insertion: String
    private let comparison: String

    init(name: String, identity: [String], content: [String], extras: [String]) {
        (self.name, self.identity, self.content, self.extras) = (name, identity, content, extras)
        let columns = ["seq"] + identity + content + extras
        insertion = """
            INSERT INTO \(name)(\(columns.joined(separator: ", "))) \
            VALUES (\(columns.map { _ in "?" }.joined(separator: ", "))) \
            ON CONFLICT(\(identity.joined(separator: ", "))) DO NOTHING
            """
        comparison = """
            SELECT seq, \(content.joined(separator: ", ")) FROM \(name) \
            WHERE \(identity.map { "\($0) = ?" }.joined(separator: " AND "))
            """
    }

    enum Outcome {
        case new
        case known
        case conflicting(seq: Int, content: String)
    }

    /// The statement that inserts a row unless its identity is there already. Parameters: `seq`, identity, content, extras.
    func makeInsertion(in db: Database) throws -> RowInsertion { try RowInsertion(insertion, in: db) }

    /// Compares a row that was not inserted with the one that is there.
    ///
    /// - Parameter values: identity and content.
    func compare(_ values: [DatabaseValue], in db: Database) throws -> Outcome {
        let identity = values.prefix(self.identity.count)
        let content = values.dropFirst(identity.count)
        let statement = try db.cachedStatement(sql: comparison)
        guard let row = try Row.fetchOne(statement, arguments: StatementArguments(identity)) else { return .known }
        if row.databaseValues.dropFirst().elementsEqual(content) { return .known }
        let said = zip(self.content, content).filter { !$1.isNull }.map { "\($0)=\($1)" }
        return .conflicting(seq: try row.required(0), content: said.joined(separator: " "))
    }

    static let interval = FactTable(
        name: "interval",
        identity: ["end_timestamp", "device_id", "duration_s"],
        content: ["measured_s", "joules", "other_stats"],
        extras: ["wire_id"])

    static let reading = FactTable(
        name: "reading",
        identity: ["timestamp", "device_id", "duration_s"],
        content: [
            "ac_mv", "ac_mhz", "dc_mv", "dc_ma", "celsius", "error_s", "error_cycles", "joules", "flags", "other_stats",
        ],
        extras: ["wire_id"])
}

/// The columns' form of numbers beyond those that are known: comma-separated, empty for what was no number.
func otherStatsColumn(_ numbers: [Int?]) -> String? {
    numbers.isEmpty ? nil : numbers.map { $0.map(String.init) ?? "" }.joined(separator: ",")
}

/// What `otherStatsColumn` wrote.
func otherStats(_ column: String?) -> [Int?] {
    column.map { $0.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) } } ?? []
}

extension Row {
    /// A column's value. GRDB's subscripts trap where a damaged file holds another type.
    func required<Value: DatabaseValueConvertible>(_ index: Int, as: Value.Type = Value.self) throws -> Value {
        guard let value = Value.fromDatabaseValue(self[index] as DatabaseValue) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a row holds no \(Value.self) in column \(index)")
        }
        return value
    }

    /// A column's value, nil if it is null or of another type.
    func optional<Value: DatabaseValueConvertible>(_ index: Int, as: Value.Type = Value.self) -> Value? {
        Value.fromDatabaseValue(self[index] as DatabaseValue)
    }
}
