extension TextTable {
    /// The table without the columns that there is no room for.
    ///
    /// - Parameters:
    ///   - width: nil for any.
    ///   - expendable: heads of columns that may go, the least important first.
    ///   - least: how many characters of the last column are enough, where its lines may be cut; nil where they may not.
    func fitted(to width: Int?, givingUp expendable: [String], leaving least: Int? = nil) -> (table: TextTable, missing: [String]) {
        var table = self
        var missing: [String] = []
        for head in expendable {
            guard let width, table.width(leaving: least) > width else { break }
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

    private func width(leaving least: Int?) -> Int {
        guard let least, let last = heads.indices.last else { return lines.map(\.count).max() ?? 0 }
        var table = self
        for row in rows.indices { table.rows[row][last] = String(rows[row][last].prefix(least)) }
        return table.width(leaving: nil)
    }

    private mutating func remove(_ column: Int) {
        heads.remove(at: column)
        for row in rows.indices { rows[row].remove(at: column) }
    }
}

extension [String] {
    /// Lines that end with `…` where they would be longer than the width.
    func cut(to width: Int?) -> [String] {
        guard let width, width > 0 else { return self }
        return map { $0.count > width ? $0.prefix(width - 1) + "…" : $0 }
    }
}
