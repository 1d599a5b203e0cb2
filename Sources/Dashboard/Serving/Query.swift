import Archive
import Hummingbird

/// The part of a request's target behind the question mark, read with care.
struct Query {
    private let values: [String: String]

    init(_ request: Request) {
        var values: [String: String] = [:]
        for (key, value) in request.uri.queryParameters {
            values[String(key)] = String(value)
        }
        self.values = values
    }

    /// A text; nil where it is missing or empty.
    func text(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// A whole number within a range.
    func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Refused(.badRequest, "\(name) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A day, as in `2026-06-21`.
    func day(_ name: String) throws -> CivilDate? {
        guard let text = text(name) else { return nil }
        guard let day = CivilDate(text) else { throw Refused(.badRequest, "\(name) is not a day", hint: "write it as 2026-06-21") }
        return day
    }

    /// One of the words that the cases of an enumeration stand for.
    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _: Choice.Type) throws -> Choice?
    where Choice.RawValue == String {
        guard let text = text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Refused(.badRequest, "\(name) is none of \(words)")
        }
        return choice
    }
}

extension CivilDate {
    /// Reads `2026-06-21`, of the years 1970 to 9999; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.count == 3, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), (1970...9999).contains(year)
        else { return nil }
        self.init(year: year, month: month, day: day)
        guard components == (year, month, day) else { return nil }
    }
}
