import Foundation

/// Rows in columns: the first column to the left, numbers to the right.
struct TextTable {
    var heads: [String]
    var rows: [[String]]

    var lines: [String] {
        let widths = heads.indices.map { column in ([heads] + rows).map { $0[column].count }.max() ?? 0 }
        let isNumber = heads.indices.map { column in rows.allSatisfy { $0[column].isEmpty || Double($0[column]) != nil } }
        return ([heads] + rows).map { row in
            let cells = row.indices.map { column -> String in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return isNumber[column] ? space + row[column] : row[column] + space
            }
            return cells.joined(separator: "  ").trimmingTrailingSpaces
        }
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String { String(reversed().drop { $0 == " " }.reversed()) }

    /// Text from outside as it may be shown at a terminal: control characters as escapes.
    var visible: String {
        unicodeScalars.map { scalar in
            scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) ? scalar.escaped(asASCII: true) : String(scalar)
        }.joined()
    }
}

extension Double {
    /// With so many digits behind the point, which is a point in every language.
    func fixed(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }
}
