import Archive

/// `status --json`. Times are ISO 8601 with their offset.
struct StatusJSON: Encodable {
    struct Envoy: Encodable {
        var serial: String
        var timeZone: String?
        var softwareVersion: String?
        var partNumber: String?
        var address: String?
        /// When the newest report was made, by the Envoy's clock.
        var lastReport: String?
        var lastReportAgeSeconds: Int?
        /// When the report that came last was received, by this machine's clock.
        var lastReceived: String?
        var intervals: Int
        var readings: Int
        var events: Int
    }
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
        var waiting: Int
        /// By this machine's clock.
        var oldestWaiting: String?
        var rejected: Int
        var freeBytes: Int?
    }
    struct FindingSum: Encodable {
        var envoy: String
        var kind: String
        var element: String
        var attribute: String?
        var count: Int
        var firstSource: String
        var lastSource: String
    }

    /// What the running proxy tells of itself.
    struct Proxy: Encodable {
        var running: Bool
        /// Why it is not known whether it runs.
        var unknown: String?
        var started: String?
        var lastCapture: String?
        var lastReply: String?
        var lastRefusal: String?
        var lastCloudFailure: String?
        /// Its counts, as the control socket gives them.
        var report: ServiceReport?

        init(_ answer: ServiceAnswer, _ clock: EnvoyClock) {
            running = answer.isRunning
            switch answer {
            case .notRunning: break
            case .unknown(let reason): unknown = reason
            case .running(let report):
                started = clock.time(report.startedTimestamp)
                lastCapture = report.lastCaptureTimestamp.map(clock.time)
                lastReply = report.lastReplyTimestamp.map(clock.time)
                lastRefusal = report.lastRefusalTimestamp.map(clock.time)
                lastCloudFailure = report.lastCloudFailureTimestamp.map(clock.time)
                self.report = report
            }
        }
    }

    var proxy: Proxy
    /// Missing while there is none, or none that can be read.
    var archive: Archive?
    /// Why the archive can't be read.
    var archiveFailure: String?
    /// Missing where there is none.
    var spool: Spool?
    var envoys: [Envoy]
    var findings: [FindingSum]

    init(_ house: HouseStatus, isUTC: Bool) {
        proxy = Proxy(house.service, HouseStatus.ownClock(isUTC: isUTC))
        archiveFailure = house.archiveFailure.map { "\($0)" }
        archive = house.archive.map {
            Archive(
                path: house.archivePath, bytes: $0.bytes, reports: $0.reportCount, rows: $0.rowCount, conflicts: $0.conflictCount)
        }
        let spool = house.spool
        if spool.exists {
            self.spool = Spool(
                path: spool.path, waiting: spool.waiting, oldestWaiting: spool.oldest, rejected: spool.rejected,
                freeBytes: spool.freeBytes)
        }
        envoys = (house.archive?.envoys ?? []).map { envoy in
            let clock = house.clock(of: envoy, isUTC: isUTC)
            return Envoy(
                serial: envoy.serialNumber, timeZone: envoy.timeZone, softwareVersion: envoy.softwareVersion,
                partNumber: envoy.partNumber, address: envoy.address, lastReport: envoy.lastReportTimestamp.map(clock.time),
                lastReportAgeSeconds: envoy.lastReportTimestamp.map { house.now.seconds(since: $0) },
                lastReceived: envoy.lastReceivedTimestamp.map(clock.time), intervals: envoy.intervalCount,
                readings: envoy.readingCount, events: envoy.eventCount)
        }
        findings = house.findings.map {
            FindingSum(
                envoy: $0.envoy, kind: $0.kind, element: $0.element, attribute: $0.attribute, count: $0.count,
                firstSource: $0.firstSource, lastSource: $0.lastSource)
        }
    }
}
