import Archive
import Capture
import Dashboard
import Foundation
import Publishing
import Spool

extension DashboardConfiguration {
    /// What the settings mean to the dashboard; nil where it is off.
    init?(_ settings: Settings, report: @escaping @Sendable () -> ServiceReport) {
        guard let listen = settings.dashboard.listen else { return nil }
        self.init(
            address: "\(listen.address)", port: listen.port, archivePath: settings.archive.string, spool: settings.spool,
            passwordFile: settings.dashboard.passwordFile, clock: { Int(Date().timeIntervalSince1970) },
            proxy: { ProxyState(report()) })
        allowsNoPassword = settings.dashboard.withoutPassword == .yes
        hostNames = settings.dashboard.names
        let path = settings.archive.string
        let silentSeconds = settings.publishers.alerts.limits.silentSeconds
        texts = [
            TextRoute(path: "/metrics", contentType: "text/plain; version=0.0.4; charset=utf-8") {
                // A disk that does not say how full it is has no figure here.
                let figures = ProgramFigures(report(), diskFreeBytes: try? SpoolDirectory.freeBytes(of: settings.spool))
                // Without an archive that can be asked, what the program knows by itself is told all the same.
                guard let archive = try? await ArchiveReader.open(path, memory: .modest, readers: 1) else {
                    return PrometheusText.text(withoutArchive: figures)
                }
                let text = try? await PrometheusText.text(
                    archive, program: figures, now: Int(Date().timeIntervalSince1970), silentSeconds: silentSeconds)
                // It was only read.
                try? await archive.close()
                return text ?? PrometheusText.text(withoutArchive: figures)
            }
        ]
    }
}

extension ProxyState {
    init(_ report: ServiceReport) {
        self.init(
            startedTimestamp: report.startedTimestamp, cloud: report.cloud, cloudSinceTimestamp: report.cloudSinceTimestamp,
            upstream: report.upstream, requestsCaptured: report.requestsCaptured, requestsNotCaptured: report.requestsNotCaptured,
            repliesForwarded: report.repliesForwarded, answersGiven: report.answersGiven,
            answersMeanwhile: report.answersMeanwhile, undelivered: report.undelivered, undeliveredRefused: report.undeliveredRefused,
            diskFailures: report.diskFailures,
            cloudFailures: report.cloudFailures,
            lastCaptureTimestamp: report.lastCaptureTimestamp, lastReplyTimestamp: report.lastReplyTimestamp,
            lastCloudFailureTimestamp: report.lastCloudFailureTimestamp)
    }
}
