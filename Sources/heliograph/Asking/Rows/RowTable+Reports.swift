import Archive

/// Where rows came from.
extension RowTable {
    static let reports = RowTable(
        [
            Column("envoy"), Column("source"), Column("time"), Column("received"), Column("webcommVersion"), Column("intervals"),
            Column("readings"), Column("events"), Column("rowsNew"),
        ],
        pages: { archive, scope in archive.reports(scope.filter) },
        cells: { report in
            [
                .text(report.envoy), .text(report.source), Cell(time: report.timestamp), Cell(time: report.receivedTimestamp),
                Cell(report.webcommVersion), .integer(report.intervalCount), .integer(report.readingCount), .integer(report.eventCount),
                .integer(report.newRowCount),
            ]
        })

    static let conflicts = RowTable(
        [
            Column("envoy"), Column("device"), Column("kind"), Column("time"), Column("durationSeconds"), Column("content"),
            Column("source"),
        ],
        pages: { archive, scope in archive.contradictions(scope.filter) },
        cells: { conflict in
            [
                .text(conflict.envoy), .text(conflict.equipment), .text(conflict.kind), .time(conflict.timestamp),
                .integer(conflict.durationSeconds), .text(conflict.content), .text(conflict.source),
            ]
        })
}
