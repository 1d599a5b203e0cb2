import Archive

/// What rows are wanted of an Envoy.
struct RowScope {
    var envoy: EnvoyStatus
    /// Days by the Envoy's clock; nil for all there are.
    var days: ClosedRange<CivilDate>?
    var device: AskedDevice?
    /// For energy: how long its periods are.
    var step = EnergyStep.day

    /// Of events: see ``RowFilter/includesLasting``.
    var includesLasting = false

    /// The instants of the days.
    var timestamps: Range<Int> {
        guard let days else { return .min ..< .max }
        var clock = LocalClock(zoneNamed: envoy.timeZone)
        let (start, end) = (clock.start(of: days.lowerBound), clock.start(of: days.upperBound.advanced(by: 1)))
        return start..<max(start, end)
    }

    var filter: RowFilter {
        var filter = RowFilter(timestamps: timestamps, envoy: envoy.serialNumber, equipment: device?.equipment)
        filter.includesLasting = includesLasting
        return filter
    }
}

/// Rows of one kind: their columns, and where they come from.
struct RowTable: Sendable {
    struct Column: Sendable {
        /// The key in JSON and the head in CSV; tells the unit.
        var name: String
        /// The head in a table for people; nil where it is left out there.
        var head: String?

        init(_ name: String, _ head: String? = nil) { (self.name, self.head) = (name, head) }
    }

    let columns: [Column]
    /// Calls its last parameter with one page after the other, in constant memory.
    let forEachPage: @Sendable (AskedArchive, RowScope, ([[Cell]]) throws -> Void) async throws -> Void

    var names: [String] { columns.map(\.name) }

    /// - Parameters:
    ///   - pages: the rows of a scope.
    ///   - cells: a row's cells, one for each column.
    init<Fact: Sendable>(
        _ columns: [Column], pages: @escaping @Sendable (ArchiveReader, RowScope) -> Pages<Fact>,
        cells: @escaping @Sendable (Fact) -> [Cell]
    ) {
        self.columns = columns
        forEachPage = { archive, scope, body in
            for try await page in pages(archive.reader, scope) { try body(page.map(cells)) }
        }
    }

    /// - Parameter rows: all rows of a scope; only for what is few.
    init(_ columns: [Column], rows: @escaping @Sendable (AskedArchive, RowScope) async throws -> [[Cell]]) {
        self.columns = columns
        forEachPage = { archive, scope, body in try body(try await rows(archive, scope)) }
    }
}
