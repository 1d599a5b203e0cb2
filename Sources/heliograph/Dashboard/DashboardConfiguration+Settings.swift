import Capture
import Dashboard
import Foundation

extension DashboardConfiguration {
    /// What the settings mean to the dashboard; nil where it is off.
    init?(_ settings: Settings, _ counters: CaptureCounters) {
        guard let listen = settings.dashboard.listen else { return nil }
        let started = Int(Date().timeIntervalSince1970)
        self.init(
            address: "\(listen.address)", port: listen.port, archivePath: settings.archive.string, spool: settings.spool,
            passwordFile: settings.dashboard.passwordFile, clock: { Int(Date().timeIntervalSince1970) },
            proxy: { ProxyState(ServiceReport(settings, startedTimestamp: started, counters.values)) })
        allowsNoPassword = settings.dashboard.withoutPassword == .yes
        hostNames = settings.dashboard.names
    }
}

extension ProxyState {
    init(_ report: ServiceReport) {
        self.init(
            startedTimestamp: report.startedTimestamp, cloud: report.cloud, upstream: report.upstream,
            requestsCaptured: report.requestsCaptured, requestsNotCaptured: report.requestsNotCaptured,
            repliesForwarded: report.repliesForwarded, diskFailures: report.diskFailures, cloudFailures: report.cloudFailures,
            lastCaptureTimestamp: report.lastCaptureTimestamp, lastReplyTimestamp: report.lastReplyTimestamp,
            lastCloudFailureTimestamp: report.lastCloudFailureTimestamp)
    }
}
