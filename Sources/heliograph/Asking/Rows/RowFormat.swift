import ArgumentParser

/// How rows are written for programs.
enum RowFormat: String, CaseIterable, ExpressibleByArgument {
    /// RFC 4180: a line of names, lines end with CR LF, UTF-8.
    case csv
    /// A JSON object a line.
    case jsonl
}

/// Writes rows as CSV or as JSON objects, one at a time.
struct RowWriter {
    /// A JSON array, too, has an object on each line.
    enum Form { case csv, jsonLines, jsonArray }

    private let form: Form
    private let names: [String]
    private var isFirst = true

    init(_ form: Form, names: [String]) {
        self.form = form
        // The keys with all that stands around them.
        self.names = form == .csv ? names : names.map { "\(JSONLine.quoted($0)):" }
    }

    func begin(_ output: AnswerOutput) throws {
        switch form {
        case .csv: try output.write((names.map(CSV.field).joined(separator: ",") + "\r\n").utf8)
        case .jsonLines: break
        case .jsonArray: try output.write("[".utf8)
        }
    }

    mutating func write(_ row: [Cell], _ clock: inout RowClock, to output: AnswerOutput) throws {
        var line = ""
        switch form {
        case .csv:
            for (index, cell) in row.enumerated() {
                if index > 0 { line += "," }
                line += CSV.field(cell, &clock)
            }
            line += "\r\n"
        case .jsonLines, .jsonArray:
            if form == .jsonArray { line += isFirst ? "\n" : ",\n" }
            line += "{"
            var isFirstCell = true
            for (name, cell) in zip(names, row) where cell != .none {
                line += isFirstCell ? name : ",\(name)"
                line += JSONLine.value(cell, &clock)
                isFirstCell = false
            }
            line += form == .jsonArray ? "}" : "}\n"
        }
        isFirst = false
        try output.write(line.utf8)
    }

    func end(_ output: AnswerOutput) throws {
        if form == .jsonArray { try output.write("\n]\n".utf8) }
    }
}

/// Fields as RFC 4180 has them.
enum CSV {
    static func field(_ cell: Cell, _ clock: inout RowClock) -> String {
        switch cell {
        case .none: ""
        case .text(let text): field(text)
        case .time(let instant): clock.time(instant)
        case .integer, .thousandths: cell.number ?? ""
        }
    }

    static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

/// Values as RFC 8259 has them.
enum JSONLine {
    static func value(_ cell: Cell, _ clock: inout RowClock) -> String {
        switch cell {
        case .none: "null"
        case .text(let text): quoted(text)
        case .time(let instant): "\"\(clock.time(instant))\""
        case .integer, .thousandths: cell.number ?? "null"
        }
    }

    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
