import Archive

extension AskedArchive {
    /// The clock that writes the times of an Envoy's rows.
    func rowClock(of envoy: EnvoyStatus) -> RowClock { RowClock(zone: isUTC ? "UTC" : envoy.timeZone) }

    func title(of scope: RowScope) -> String { title(of: scope.envoy) + (scope.device.map { ", \($0.equipment.visible)" } ?? "") }

    /// Writes rows for programs.
    ///
    /// - Parameter tell: hears of how many rows were written so far, page by page.
    func write(
        _ table: RowTable, _ scopes: [RowScope], as form: RowWriter.Form, to output: AnswerOutput, tell: (Int) -> Void = { _ in }
    ) async throws {
        var writer = RowWriter(form, names: table.names)
        var count = 0
        try writer.begin(output)
        for scope in scopes {
            var clock = rowClock(of: scope.envoy)
            try await table.forEachPage(self, scope) { page in
                for row in page { try writer.write(row, &clock, to: output) }
                count += page.count
                tell(count)
            }
        }
        try writer.end(output)
    }

    /// Prints rows for people, the columns that have a head.
    ///
    /// - Parameter expendable: heads of columns that may go where there is no room, the least important first.
    func print(_ table: RowTable, _ scopes: [RowScope], givingUp expendable: [String], to output: AnswerOutput) async throws {
        let shown = table.columns.indices.filter { table.columns[$0].head != nil }
        for (index, scope) in scopes.enumerated() {
            try output.print((index > 0 ? [""] : []) + [title(of: scope)])
            var paged = PagedTable(heads: shown.compactMap { table.columns[$0].head }, expendable: expendable, width: output.width)
            var clock = rowClock(of: scope.envoy)
            var isEmpty = true
            try await table.forEachPage(self, scope) { page in
                isEmpty = isEmpty && page.isEmpty
                guard !page.isEmpty else { return }
                try output.print(paged.lines(page.map { row in shown.map { row[$0].text(&clock) } }))
            }
            if isEmpty { try output.print([scope.nothing]) }
            output.note(missing: paged.missing)
        }
    }
}

extension RowScope {
    /// What is said where there are no rows.
    var nothing: String { days.map { "nothing is known of \($0.lowerBound) to \($0.upperBound)" } ?? "nothing is known" }
}

extension Cell {
    /// For people: two digits behind the point are enough.
    fileprivate func text(_ clock: inout RowClock) -> String {
        switch self {
        case .none: ""
        case .text(let text): text.visible
        case .time(let instant): clock.time(instant)
        case .integer(let number): "\(number)"
        case .thousandths(let number): (Double(number) / 1_000).fixed(2)
        }
    }
}
