/// A value in a row, before it is written as CSV, JSON or text.
enum Cell: Equatable {
    /// Nothing is known.
    case none
    case text(String)
    case integer(Int)
    /// A number with three digits behind the point.
    case thousandths(Int)
    /// Seconds since 1970 UTC; written as ISO 8601 with its offset.
    case time(Int)
}

extension Cell {
    init(_ text: String?) { self = text.map(Cell.text) ?? .none }
    init(_ number: Int?) { self = number.map(Cell.integer) ?? .none }
    init(time: Int?) { self = time.map(Cell.time) ?? .none }
    init(thousandths: Int?) { self = thousandths.map(Cell.thousandths) ?? .none }

    /// A quantity, to a thousandth; none where it is too large for that.
    init(_ quantity: Double?) {
        guard let quantity, quantity.magnitude < 1e15 else {
            self = .none
            return
        }
        self = .thousandths(Int((quantity * 1_000).rounded()))
    }

    /// A number as CSV, JSON and people write it; nil where it is none.
    var number: String? {
        switch self {
        case .integer(let number): return "\(number)"
        case .thousandths(let number):
            let (whole, part) = number.magnitude.quotientAndRemainder(dividingBy: 1_000)
            let digits = "\(part + 1_000)".dropFirst()
            return "\(number < 0 ? "-" : "")\(whole).\(digits)"
        case .none, .text, .time: return nil
        }
    }
}
