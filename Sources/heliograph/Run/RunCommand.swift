import ArgumentParser
import Capture
import Dashboard
import Foundation
import Logging
import NIOCore
import NIOPosix
import Publishing
import Reports
import ServiceLifecycle
import Spool
import Synchronization
import SystemPackage

/// `heliograph run`: the capture proxy, until it is told to stop.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Start the capture proxy.",
        discussion: """
            Takes the Envoy's connections to the cloud, writes every report down, and passes it on unchanged. \
            SIGTERM and ctrl-c end it when what is under way has finished.
            """)

    @OptionGroup var options: SettingsOptions

    /// How long exchanges that are under way may take to finish when the program is told to stop.
    private static let grace = Duration.seconds(15)

    func run() async throws {
        let settings = try options.load()
        guard geteuid() != 0 || settings.allowRoot == .yes else {
            throw Failure(
                "heliograph run is not meant to run as root",
                hint: "heliograph install runs it as a user of its own; for a trial as root say --allow-root yes")
        }
        let isJournal = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] != nil
        LoggingSystem.bootstrap { _ in LineLogHandler(level: settings.logLevel, isJournal: isJournal) }
        let logger = Logger(label: "heliograph")
        // Of each connection: the Envoy's end, the cloud's, and the files of its request, its reply, and a note on that.
        OpenFiles.raiseLimit(to: 5 * settings.limits.connections + 256)

        StartMemory.giveBack()
        let spool = try openSpool(settings, logger)
        let identity = try loadIdentity(settings, logger)
        let counters = CaptureCounters()
        let publishing = try settings.publishing(logger)
        let forms = AnswerForms(settings, logger)
        let ingest =
            settings.ingest == .on ? IngestService(spool, settings: settings, forms: forms, logger: logger) { publishing?.look() } : nil
        let started = Int(Date().timeIntervalSince1970)
        let outage = OutageFile(in: settings.state, logger)
        let mode = CloudMode(
            settings.cloud, CloudMode.Rules(settings), at: started, outageSinceTimestamp: outage.read(now: started),
            outageChanged: outage.note
        ) { standsIn in
            logger.notice(
                standsIn
                    ? "the cloud has taken no report for so long that the Envoy is answered here (experimental)"
                    : "the Envoy hears the cloud's replies again",
                metadata: ["cloud": "\(settings.upstream)"])
        }
        let modeSwitch = ModeSwitch(mode: mode, logger: logger)
        modeSwitch.warn(of: mode.value)
        let undelivered = UndeliveredCounter(spool.undelivered)
        let report = { @Sendable in
            ServiceReport(
                settings, startedTimestamp: started, mode.value, counters.values,
                // A folder that can't be read shows as an empty one; who delivers tells of it.
                undelivered: (try? undelivered.counts()) ?? Undelivered.Counts(), publishers: publishing?.reports)
        }
        let control = ControlSocket(settings, modeSwitch, logger, report: report)
        let dashboard = DashboardConfiguration(settings, report: report).map { DashboardService($0, logger: logger) }
        let manager = ServiceManager(environment: ProcessInfo.processInfo.environment)
        let server = try makeServer(settings, identity, mode, forms, spool, counters, logger, isJournal ? nil : settings, manager, ingest)

        let options = options
        let reload = ReloadService(modeSwitch: modeSwitch, started: settings, load: { try options.load() }, logger: logger)
        let delivery = DeliveryService(try Deliverer(settings), mode, logger) { ingest?.look(at: $0) }
        StartMemory.giveBack()
        var configuration = ServiceGroupConfiguration(
            // Stopped in the reverse order.
            services: [
                control, dashboard, publishing as (any Service)?, settings.watching(publishing, logger, report: report), ingest, delivery,
                reload, server,
            ].compactMap(\.self) + watchdog(manager),
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "services") { _ in
                LineLogHandler(level: .error, isJournal: isJournal)
            })
        configuration.maximumGracefulShutdownDuration = Self.grace
        do { try await ServiceGroup(configuration: configuration).run() } catch let error as ListenError {
            let flag = error.isPlain ? "--listen-plain" : "--listen"
            throw Failure(
                "\(error)",
                hint: error.cause == .permissionDenied
                    ? "ports below 1024 need a privilege; name a higher one with \(flag)"
                    : "see whether another program uses that port, or name another one with \(flag)")
        }
        sum(counters.values, logger)
    }

    private func openSpool(_ settings: Settings, _ logger: Logger) throws -> SpoolDirectory {
        do throws(SpoolError) {
            let spool = try SpoolDirectory(settings.spool)
            if spool.recovery.removed + spool.recovery.interrupted > 0 {
                logger.warning(
                    "cleaned up after a crash",
                    metadata: ["unfinished_files": "\(spool.recovery.removed)", "cut_off_exchanges": "\(spool.recovery.interrupted)"])
            }
            if let failure = spool.recovery.failure {
                logger.error(
                    "cut-off exchanges could not be noted as such; it is tried again",
                    metadata: ["reason": "\(failure)", "hint": "\(failure.hint)"])
            }
            for stem in spool.recovery.doubtful where settings.cloud != .answer {
                logger.warning(
                    "the cloud may hear of a report twice: it was answered here, and on its way, when heliograph was stopped",
                    metadata: ["exchange": "\(stem)"])
            }
            return spool
        } catch { throw Failure("\(error)", hint: error.hint) }
    }

    private func loadIdentity(_ settings: Settings, _ logger: Logger) throws -> ServerIdentity {
        do throws(IdentityError) {
            let identity: ServerIdentity
            if let own = settings.ownCertificate {
                identity = try ServerIdentity(certificate: own.certificate, privateKey: own.privateKey, now: Date())
            } else {
                var random = SystemRandomNumberGenerator()
                identity = try IdentityDirectory(settings.certificateFolder)
                    .loadOrMake(names: .ofThisMachine(), now: Date(), random: &random)
            }
            for warning in identity.warnings { logger.warning("certificate", metadata: ["reason": "\(warning)"]) }
            return identity
        } catch { throw Failure(error, own: settings.ownCertificate != nil) }
    }

    private func makeServer(
        _ settings: Settings, _ identity: ServerIdentity, _ mode: CloudMode, _ forms: AnswerForms, _ spool: SpoolDirectory,
        _ counters: CaptureCounters, _ logger: Logger,
        _ noticed: Settings?, _ manager: ServiceManager?, _ ingest: IngestService?
    ) throws -> CaptureServer {
        do {
            return try CaptureServer(
                CaptureConfiguration(settings, identity, mode, forms), spool: spool, counters: counters, logger: logger,
                onListening: { addresses in
                    if let noticed {
                        let called = CommandLine.arguments.first ?? "heliograph"
                        print(StartNotice(listening: addresses.map(\.addressAndPort), settings: noticed, program: called).text)
                    }
                    fflush(nil)
                    manager?.tell("READY=1")
                    StartMemory.giveBack()
                }, onSettled: { ingest?.look() })
        } catch {
            throw Failure(authorities: settings.upstreamCA, error)
        }
    }

    private func watchdog(_ manager: ServiceManager?) -> [any Service] {
        manager.map { [WatchdogService(manager: $0, loops: MultiThreadedEventLoopGroup.singleton)] } ?? []
    }

    private func sum(_ counts: CaptureCounters.Values, _ logger: Logger) {
        logger.notice(
            "stopped",
            metadata: [
                "captured": "\(counts.requestsCaptured)", "answered": "\(counts.repliesForwarded)",
                "answered_here": "\(counts.answersGiven)",
                "connections": "\(counts.connections)", "turned_away": "\(counts.strangers)",
                "refused": "\(counts.refusals.values.reduce(0, +))", "cloud_failures": "\(counts.upstreamFailures.values.reduce(0, +))",
                "disk_failures": "\(counts.spoolFailures)",
            ])
    }
}

extension CaptureConfiguration {
    /// What the settings mean to the capture path.
    init(_ settings: Settings, _ identity: ServerIdentity, _ mode: CloudMode, _ forms: AnswerForms) throws {
        self.init(
            listen: try SocketAddress(settings.listen), certificateChain: identity.certificateChain, privateKey: identity.privateKey,
            upstream: Capture.Upstream(host: settings.upstream.host, port: settings.upstream.port))
        listenPlain = try settings.listenPlain.map { try SocketAddress($0) }
        access = AccessPolicy(devices: settings.envoys)
        upstreamAuthorities = settings.upstreamCA?.string
        cloud = mode
        let inflatedLimit = settings.limits.inflated.bytes
        answer = { request, answersUnread in
            try OwnAnswer.toRequest(
                request, at: Int(Date().timeIntervalSince1970), limitBytes: inflatedLimit, answersUnread: answersUnread
            ) { forms.form(of: $0) }
        }
        isReport = { ReportPath(target: $0) == .performanceReport }
        isTaken = { CloudVerdict($0) == .taken }
        forwardsWithoutKeeping = settings.whenDiskFails == .forward
        limits = CaptureLimits(settings)
    }
}

extension CaptureLimits {
    init(_ settings: Settings) {
        self.init()
        requestHead = settings.limits.requestHead.bytes
        requestBody = settings.limits.requestBody.bytes
        reply = settings.limits.reply.bytes
        connections = settings.limits.connections
        idle = TimeAmount(settings.limits.idle.duration)
        requestTime = TimeAmount(settings.limits.requestTime.duration)
        connectTime = TimeAmount(settings.limits.connectTime.duration)
        handshakeTime = TimeAmount(settings.limits.handshakeTime.duration)
        replySilence = TimeAmount(settings.limits.replyTime.duration)
        replyTime = TimeAmount(settings.limits.replyTotalTime.duration)
        connectionTime = TimeAmount(settings.limits.connectionTime.duration)
    }
}

extension Failure {
    /// - Parameter file: nil for the system's own.
    init(authorities file: FilePath?, _ error: any Error) {
        self.init(
            "can't use \(file.map { "the authorities in \($0)" } ?? "the system's certificate authorities"): \(error)",
            hint: file == nil ? "install the package ca-certificates" : "name a PEM file of certificates with --upstream-ca")
    }
}

extension SocketAddress {
    fileprivate init(_ listen: ListenAddress) throws {
        try self.init(ipAddress: listen.address.description, port: listen.port)
    }
}
