/// A table of more rows than are looked at together: the first page decides on columns and widths.
struct PagedTable {
    private let heads: [String]
    private let expendable: [String]
    private let width: Int?
    private let least: Int?
    private var layout: (columns: [Int], widths: [Int], isRight: [Bool])?
    /// Heads of columns that there was no room for.
    private(set) var missing: [String] = []

    /// - Parameters:
    ///   - expendable: heads of columns that may go, the least important first.
    ///   - least: how many characters of the last column are enough, where lines may be cut; nil where they may not.
    init(heads: [String], expendable: [String], width: Int?, leaving least: Int? = nil) {
        (self.heads, self.expendable, self.width, self.least) = (heads, expendable, width, least)
    }

    /// The lines of a page; the first begins with the heads.
    mutating func lines(_ rows: [[String]]) -> [String] { least == nil ? whole(rows) : whole(rows).cut(to: width) }

    private mutating func whole(_ rows: [[String]]) -> [String] {
        if let layout { return rows.map { line($0, layout) } }
        let (table, missing) = TextTable(heads: heads, rows: rows).fitted(to: width, givingUp: expendable, leaving: least)
        self.missing = missing
        let columns = heads.indices.filter { !missing.contains(heads[$0]) }
        let widths = columns.map { column in ([heads] + rows).map { $0[column].count }.max() ?? 0 }
        layout = (columns, widths, columns.map { column in rows.allSatisfy { $0[column].isEmpty || Double($0[column]) != nil } })
        return table.lines
    }

    private func line(_ row: [String], _ layout: (columns: [Int], widths: [Int], isRight: [Bool])) -> String {
        var line = ""
        for (place, column) in layout.columns.enumerated() {
            let space = String(repeating: " ", count: max(0, layout.widths[place] - row[column].count))
            line += (place > 0 ? "  " : "") + (layout.isRight[place] ? space + row[column] : row[column] + space)
        }
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
}
