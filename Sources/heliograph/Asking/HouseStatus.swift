import Archive
import Foundation

/// Everything that `status` tells: the running proxy, the spool, the archive.
struct HouseStatus {
    let service: ServiceAnswer
    let archivePath: String
    /// nil while there is no archive, or none that can be read.
    let archive: ArchiveStatus?
    /// Why it can't be read.
    let archiveFailure: ArchiveError?
    /// What was odd in the reports, the most frequent first.
    let findings: [FindingSum]
    let spool: SpoolStatus
    /// Seconds since 1970 UTC.
    let now: Int

    /// - Parameter envoy: tell of this one only.
    /// - Throws: a `Failure` where there is nothing of ours at all, or no such Envoy.
    init(_ settings: Settings, envoy: String?, now: Int) async throws {
        self.now = now
        service = ServiceAnswer.ask(ControlSocket.path(settings))
        archivePath = settings.archive.string
        spool = SpoolStatus(settings.spool)
        do {
            let reader = try await ArchiveReader.open(settings.archive.string)
            var status = try await reader.status()
            var findings = try await reader.findings()
            try await reader.close()
            if let envoy {
                let known = status.envoys.map(\.serialNumber)
                guard known.contains(envoy) else { throw Failure(unknownEnvoy: envoy, known: known) }
                status.envoys.removeAll { $0.serialNumber != envoy }
                findings.removeAll { $0.envoy != envoy }
            }
            (archive, self.findings, archiveFailure) = (status, findings, nil)
        } catch let error as ArchiveError where error.cause == .missing {
            guard spool.exists || service.isRunning else {
                throw Failure(
                    "there is neither a spool \(spool.path) nor an archive \(archivePath)",
                    hint: "heliograph run makes them; name their folder with --data, as run was given it")
            }
            (archive, findings, archiveFailure) = (nil, [], nil)
        } catch let error as ArchiveError { (archive, findings, archiveFailure) = (nil, [], error) }
    }

    /// The clock of this machine.
    static func ownClock(isUTC: Bool) -> EnvoyClock { EnvoyClock(zone: isUTC ? "UTC" : TimeZone.current.identifier) }

    /// The clock that shows an Envoy's times.
    func clock(of envoy: EnvoyStatus, isUTC: Bool) -> EnvoyClock { EnvoyClock(zone: isUTC ? "UTC" : envoy.timeZone) }
}
