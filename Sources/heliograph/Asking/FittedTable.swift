extension TextTable {
    /// The table without the columns that there is no room for.
    ///
    /// - Parameters:
    ///   - width: nil for any.
    ///   - expendable: heads of columns that may go, the least important first.
    func fitted(to width: Int?, givingUp expendable: [String]) -> (table: TextTable, missing: [String]) {
        var table = self
        var missing: [String] = []
        for head in expendable {
            guard let width, table.width > width else { break }
            guard let column = table.heads.firstIndex(of: head) else { continue }
            table.remove(column)
            missing.append(head)
        }
        return (table, missing)
    }

    /// Without columns of that head in which nothing stands.
    func withoutEmpty(_ heads: [String]) -> TextTable {
        var table = self
        for head in heads {
            guard let column = table.heads.firstIndex(of: head), table.rows.allSatisfy({ $0[column].isEmpty }) else { continue }
            table.remove(column)
        }
        return table
    }

    private var width: Int { lines.map(\.count).max() ?? 0 }

    private mutating func remove(_ column: Int) {
        heads.remove(at: column)
        for row in rows.indices { rows[row].remove(at: column) }
    }
}
