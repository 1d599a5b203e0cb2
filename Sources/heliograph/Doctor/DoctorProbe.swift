import Capture
import Foundation
import Interception

/// Gathers what the doctor looks at, and changes nothing.
struct DoctorProbe {
    var settings: Settings
    var record: UndoFile
    /// A file to read in the journal's place.
    var log: String?
    var byName: Bool

    func facts() async throws -> DoctorFacts {
        let probe = MachineProbe()
        let noted = try record.load()
        let addresses = await probe.addresses(of: settings.upstream.host)
        let cloudTLS: DoctorFacts.Trial =
            if settings.cloud == .off {
                .notTried("cloud is off in the settings")
            } else {
                await CloudTrial(upstream: settings.upstream, authorities: settings.upstreamCA?.string).run()
            }
        let answer = ServiceAnswer.ask(ControlSocket.path(settings))
        var log = ServiceLog(try await logText(probe))
        if case .running(let report) = answer { log.forget(report) }
        var facts = DoctorFacts(
            machine: try await probe.facts(), record: noted, wish: settings.envoys.isEmpty ? nil : try GatewayWish(settings),
            // Who takes the cloud's own port, and no gateway's rules lead there, is led to by name.
            byName: byName || noted == nil && settings.listen.port == 443, certificate: certificate(), cloud: settings.upstream.host,
            cloudAddresses: addresses, cloudTLS: cloudTLS,
            isClockSynchronised: await probe.isClockSynchronised(),
            spool: await SpoolLook(settings.spool.string, serviceUser: serviceUser).facts(probe, now: Date()),
            archives: settings.ingest == .on, log: log)
        facts.outputs = DoctorFacts.Output.all(answer)
        facts.service = DoctorFacts.Service(answer)
        facts.tlsPort = settings.listen.port
        facts.units = await probe.units()
        return facts
    }

    /// Who runs the service: whose its control socket is, or else the user that `install` makes. nil where everything lies in a folder of
    /// one's own, whoever runs it.
    private var serviceUser: UInt32? {
        var status = stat()
        if stat(ControlSocket.path(settings).string, &status) == 0 { return status.st_uid }
        guard settings.state == Settings.systemState else { return nil }
        return getpwnam(InstallOptions.user)?.pointee.pw_uid
    }

    private func certificate() -> Result<DoctorFacts.Certificate, DoctorProblem> {
        let folder = settings.ownCertificate?.privateKey.removingLastComponent() ?? settings.certificateFolder
        if geteuid() != 0, access(folder.string, X_OK) != 0, errno == EACCES {
            return .failure(
                DoctorProblem("only the service's user may look into \(folder)", cure: "sudo heliograph doctor", isHidden: true))
        }
        do throws(IdentityError) {
            let identity =
                if let own = settings.ownCertificate {
                    try ServerIdentity(certificate: own.certificate, privateKey: own.privateKey, now: Date())
                } else {
                    try IdentityDirectory(settings.certificateFolder).load(now: Date())
                }
            return .success(
                DoctorFacts.Certificate(
                    secondsLeft: Int(identity.summary.notValidAfter.timeIntervalSinceNow), warnings: identity.warnings.map(\.description)))
        } catch {
            let failure = Failure(error, own: settings.ownCertificate != nil)
            return .failure(DoctorProblem(failure.message, cure: failure.hint))
        }
    }

    private func logText(_ probe: MachineProbe) async throws -> String? {
        guard let log else { return await probe.journal(of: ServiceUnits.service) }
        do { return try String(contentsOfFile: log, encoding: .utf8) } catch {
            throw Failure(
                "can't read the log \(log): \(error.localizedDescription)", hint: "name the file that heliograph run writes its log to")
        }
    }
}

extension DoctorFacts.Service {
    init(_ answer: ServiceAnswer) {
        switch answer {
        case .running(let report): self = report.listen.split(separator: ":").last.flatMap { Int($0) }.map { .runs(port: $0) } ?? .unknown
        case .notRunning: self = .stopped
        case .unknown: self = .unknown
        }
    }
}

extension ServiceLog {
    /// Forgets the trouble that the running service has come through since.
    mutating func forget(_ report: ServiceReport) {
        let (capture, reply) = (report.lastCaptureTimestamp ?? 0, report.lastReplyTimestamp ?? 0)
        forget(
            refusals: capture > report.lastRefusalTimestamp ?? 0,
            cloudFailure: reply > report.lastCloudFailureTimestamp ?? 0 || report.cloud == Settings.Cloud.answer.rawValue,
            diskFailure: report.diskFailures == 0)
    }
}
