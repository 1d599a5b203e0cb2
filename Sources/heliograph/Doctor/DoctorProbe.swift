import Capture
import Foundation
import Interception
import Spool
import SystemPackage

/// Gathers what the doctor looks at, and changes nothing.
struct DoctorProbe {
    var settings: Settings
    var record: UndoFile
    /// A file to read in the journal's place.
    var log: String?
    var byName: Bool

    func facts() async throws -> DoctorFacts {
        let probe = MachineProbe()
        let addresses = await probe.addresses(of: settings.upstream.host)
        let cloudTLS: DoctorFacts.Trial =
            if settings.cloud == .off {
                .notTried("cloud is off in the settings")
            } else {
                await CloudTrial(upstream: settings.upstream, authorities: settings.upstreamCA?.string).run()
            }
        var facts = DoctorFacts(
            machine: try await probe.facts(), record: try record.load(), wish: settings.envoys.isEmpty ? nil : try GatewayWish(settings),
            byName: byName, certificate: certificate(), cloud: settings.upstream.host, cloudAddresses: addresses, cloudTLS: cloudTLS,
            isClockSynchronised: await probe.isClockSynchronised(), spool: SpoolLook(settings.spool.string).facts(now: Date()),
            archives: settings.ingest == .on, log: ServiceLog(try await logText(probe)))
        facts.outputs = DoctorFacts.Output.all(ServiceAnswer.ask(ControlSocket.path(settings)))
        return facts
    }

    private func certificate() -> Result<DoctorFacts.Certificate, DoctorProblem> {
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

/// The folder of the captures as it is now.
struct SpoolLook {
    let path: String

    init(_ path: String) { self.path = path }

    func facts(now: Date) -> DoctorFacts.Spool {
        // A disk that does not say how full it is, as of a folder that is not there, has no room to count on.
        let free = (try? SpoolDirectory.freeBytes(of: FilePath(path))) ?? 0
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
            let isThere = access(path, F_OK) == 0
            return .init(
                path: path, obstacle: isThere ? "can't be read" : "is not there", freeBytes: free, waiting: 0, secondsSinceNewest: nil)
        }
        let requests = names.filter { $0.hasSuffix(".request") }
        // The names of captures begin with their time: the last by name is the newest. Days of archived ones are named alike.
        // One that waits for long, since it can't be read, is older than those that were archived meanwhile.
        let newest = [requests.max().map { "\(path)/\($0)" }, newestProcessed].compactMap { $0.flatMap(Self.modified) }.max()
        return .init(
            path: path, obstacle: obstacle, freeBytes: free, waiting: requests.count,
            secondsSinceNewest: newest.map { max(0, Int(now.timeIntervalSince($0))) })
    }

    /// Root may write anywhere, but the service is not root: the folder's owner has to have the right.
    private var obstacle: String? {
        guard geteuid() != 0 else {
            var status = stat()
            guard stat(path, &status) == 0 else { return "is not there" }
            if status.st_mode & S_IWUSR == 0 { return "its owner may not write to it" }
            guard let user = getpwnam("heliograph"), user.pointee.pw_uid != status.st_uid, status.st_uid == 0 else { return nil }
            return "it is root's, and the service's user may not write to it"
        }
        return access(path, W_OK) == 0 ? nil : "can't be written by this user"
    }

    private var newestProcessed: String? {
        // A spool that archives nothing has no such folder.
        let days = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/processed")) ?? []
        guard let day = days.max() else { return nil }
        return "\(path)/processed/\(day)"
    }

    private static func modified(_ path: String) -> Date? {
        // A file that was moved away meanwhile has no time any more.
        (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
    }
}
