import Capture
import Foundation
import Logging
import Publishing
import Spool

extension SettingTable {
    static let alertsWatch = Setting(
        "alerts.watch", .choice, default: Settings.Ingest.on, example: "off",
        help: "Whether to look every minute if anything is wrong: `heliograph alerts` shows it, and MQTT and the webhook hear of it.")
    static let alertsSilentAfter = Setting(
        "alerts.silent-after", .duration(.minutes(10)...HumanDuration.days(7)), default: .seconds(7_200), example: "8h",
        help: "How long an Envoy may be silent by day until it is missed, its power unknown. Low-bandwidth sites report every six hours.")
    static let alertsPanelShare = Setting(
        "alerts.panel-share", .count(1...99), default: 60, example: "75",
        help: "Below how much of the median panel's energy of three days, in percent, a panel is low.")
    static let alertsEventAfter = Setting(
        "alerts.event-after", .duration(.minutes(1)...HumanDuration.days(30)), default: .days(1), example: "2h",
        help: "How long an event may stay raised.")
    static let alertsDiskFree = Setting(
        "alerts.disk-free", .size(.mebibytes(1)...ByteSize.gibibytes(1 << 20)), default: .mebibytes(500), example: "2GiB",
        help: "How much of the disk of the captures is to be free.")

    static let alertsGone = Setting(
        "alerts.gone", .serialNumbers, default: [], example: "121319000042",
        help: "Serial numbers of Envoys and microinverters that are gone: nothing is said of them any more.")

    static let alertsEvery = Setting(
        "alerts.every", .duration(.seconds(1)...HumanDuration.minutes(60)), default: .seconds(60), example: "5m",
        help: "How often to look.")

    static let alerts: [any SettingDescription] = [
        alertsWatch, alertsSilentAfter, alertsPanelShare, alertsEventAfter, alertsDiskFree, alertsGone, alertsEvery,
    ]
}

/// The settings of alerts.
struct AlertSettings: Sendable, Equatable {
    var watch: Settings.Ingest
    var limits = AlertLimits()
    var every: HumanDuration

    init(from reader: inout SettingsReader) {
        watch = reader.value(SettingTable.alertsWatch)
        every = reader.value(SettingTable.alertsEvery)
        limits.silentSeconds = reader.value(SettingTable.alertsSilentAfter).milliseconds / 1_000
        limits.lowShare = Double(reader.value(SettingTable.alertsPanelShare)) / 100
        limits.eventSeconds = reader.value(SettingTable.alertsEventAfter).milliseconds / 1_000
        limits.diskFreeBytes = reader.value(SettingTable.alertsDiskFree).bytes
        limits.gone = Set(reader.value(SettingTable.alertsGone))
    }
}

extension Settings {
    /// The service that looks for what is wrong; nil where nobody wants it.
    func watching(_ publishing: PublishingService?, _ logger: Logger, report: @escaping @Sendable () -> ServiceReport) -> AlertService? {
        guard publishers.alerts.watch == .on else { return nil }
        let alerts = publishers.alerts
        return AlertService(
            archive: archive.string, isFed: ingest == .on, limits: alerts.limits, period: alerts.every.duration, logger: logger
        ) {
            ProgramFigures(report(), diskFreeBytes: try? SpoolDirectory.freeBytes(of: spool))
        } onChange: {
            publishing?.look()
        }
    }
}

extension ProgramFigures {
    /// What the running proxy counts, for metrics and alerts.
    init(_ report: ServiceReport, diskFreeBytes: Int?) {
        self.init()
        startedTimestamp = report.startedTimestamp
        (connections, connectionsOpen) = (report.connections, report.connectionsOpen)
        (requestsCaptured, requestBytes) = (report.requestsCaptured, report.requestBytes)
        requestsNotCaptured = report.requestsNotCaptured
        (repliesForwarded, replyBytes) = (report.repliesForwarded, report.replyBytes)
        diskFailures = report.diskFailures
        (refusals, cloudFailures) = (report.refusals, report.cloudFailures)
        (lastCaptureTimestamp, lastReplyTimestamp) = (report.lastCaptureTimestamp, report.lastReplyTimestamp)
        (cloud, cloudSinceTimestamp) = (report.cloud, report.cloudSinceTimestamp)
        // Where the owner wants it so, the cloud does not fail: it is not asked.
        if Settings.Cloud(rawValue: report.cloud)?.reachesOut != false {
            (lastCloudFailureTimestamp, cloudOutageSinceTimestamp) = (report.lastCloudFailureTimestamp, report.cloudOutageSinceTimestamp)
        }
        (answersGiven, undelivered, undeliveredRefused) = (report.answersGiven, report.undelivered, report.undeliveredRefused)
        self.diskFreeBytes = diskFreeBytes
        publishers = report.publishers ?? []
    }
}
