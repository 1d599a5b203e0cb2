/// Finds the known name that a mistyped one most likely meant.
enum NearestName {
    /// The candidate with the fewest edits between it and `name`, ignoring case and taking `_` for `-`.
    /// - Returns: nil when even the best differs in more than a third of the letters: a wild guess helps nobody.
    static func of(_ name: String, among candidates: [String]) -> String? {
        let wanted = folded(name)
        let scored = candidates.map { (candidate: $0, edits: distance(wanted, folded($0))) }
        guard let best = scored.min(by: { $0.edits < $1.edits }) else { return nil }
        return best.edits <= max(1, max(wanted.count, best.candidate.count) / 3) ? best.candidate : nil
    }

    private static func folded(_ name: String) -> [UInt8] {
        name.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn `left` into `right`.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, leftByte) in left.enumerated() {
            var current = [row + 1]
            for (column, rightByte) in right.enumerated() {
                var edits = min(last[column + 1] + 1, current[column] + 1, last[column] + (leftByte == rightByte ? 0 : 1))
                if row > 0, column > 0, leftByte == right[column - 1], left[row - 1] == rightByte {
                    edits = min(edits, beforeLast[column - 1] + 1)
                }
                current.append(edits)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
