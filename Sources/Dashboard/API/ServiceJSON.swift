import Archive

/// `/api/v1/service`.
struct ServiceJSON: Encodable {
    struct Archive: Encodable {
        var path: String
        var bytes: Int
        var reports: Int
        var rows: Int
        /// Rows that came again with other values; the first were kept.
        var conflicts: Int
    }
    struct Spool: Encodable {
        var path: String
        /// Captures that are not in the archive yet.
        var waiting: Int
        var oldestWaitingTimestamp: Int?
        var rejected: Int
        var freeBytes: Int?
    }
    struct Finding: Encodable {
        var envoy: String
        var kind: String
        var element: String
        var attribute: String?
        var count: Int
        /// Where it was last met: a capture, or the name of what was imported.
        var lastSource: String
    }

    /// Missing where the dashboard does not run beside a proxy.
    var proxy: ProxyState?
    /// Missing before the first report.
    var archive: Archive?
    var spool: Spool
    var findings: [Finding]

    init(_ state: ServiceState, _ house: House) {
        proxy = state.proxy
        archive = state.archive.map {
            Archive(path: house.archivePath, bytes: $0.bytes, reports: $0.reportCount, rows: $0.rowCount, conflicts: $0.conflictCount)
        }
        spool = Spool(
            path: house.shelf.path.string, waiting: state.waiting, oldestWaitingTimestamp: state.oldestWaiting,
            rejected: state.rejected, freeBytes: state.freeBytes)
        findings = state.findings.map {
            Finding(
                envoy: $0.envoy, kind: $0.kind, element: $0.element, attribute: $0.attribute, count: $0.count, lastSource: $0.lastSource)
        }
    }
}
