import Capture
import Logging
import SystemPackage

/// All settings, typed and checked: what the flags, the environment, the file and the defaults come to.
struct Settings: Sendable, Equatable {
    /// What happens to a request once it is captured.
    typealias Cloud = CaptureConfiguration.Cloud

    /// What becomes of reports that were answered here and that the cloud has not taken.
    enum Deliver: String, CaseIterable, Sendable {
        /// They go there when it takes reports again.
        case later
        /// They wait for somebody to say so.
        case never
    }

    /// What happens to a capture after its reply.
    enum Ingest: String, CaseIterable, Sendable {
        /// It is decoded, archived, and moved aside.
        case on
        /// It stays as it is.
        case off
    }

    /// What happens to a request that can't be captured.
    enum WhenDiskFails: String, CaseIterable, Sendable {
        /// The Envoy hears 503 and keeps its copy.
        case refuse
        /// It goes to the cloud uncaptured.
        case forward
    }

    /// Whether root may run it.
    enum AllowRoot: String, CaseIterable, Sendable {
        case no, yes
    }

    /// What becomes of the redirection when the service ends.
    enum WhenStopped: String, CaseIterable, Sendable {
        /// It goes, and the Envoy reaches its cloud directly.
        case open
        /// It stays, and nothing passes that is not captured.
        case closed
    }

    /// The owner's own certificate and key, both PEM.
    struct OwnCertificate: Sendable, Equatable {
        var certificate: FilePath
        var privateKey: FilePath
    }

    var listen: ListenAddress
    /// Where plain HTTP is accepted; nil for nowhere.
    var listenPlain: ListenAddress?
    /// The folder of the captures.
    var spool: FilePath
    /// The folder of everything else that is kept.
    var state: FilePath
    /// The archive's file.
    var archive: FilePath
    var ingest: Ingest
    /// How long captures stay in `processed/`; nil for ever.
    var keepProcessed: HumanDuration?
    /// How much of the spool's disk to leave free; nil to remove nothing.
    var leaveFree: ByteSize?
    /// The folder of the certificate made at the first start.
    var certificateFolder: FilePath
    /// The owner's own certificate; nil when the one in `certificateFolder` serves.
    var ownCertificate: OwnCertificate?
    var upstream: Upstream
    /// PEM file of the authorities for the cloud; nil for the system's.
    var upstreamCA: FilePath?
    /// The only devices that may connect; empty for private and link-local addresses.
    var envoys: [IPAddress]
    var cloud: Cloud
    var otherHosts: CaptureConfiguration.OtherHosts
    /// How long the cloud must have taken no report before the Envoy is answered here; nil for never.
    var answerAfter: HumanDuration?
    var deliver: Deliver
    /// After each report that is delivered later.
    var deliverPause: HumanDuration
    var whenDiskFails: WhenDiskFails
    var logLevel: Logger.Level
    /// The interface that the Envoy is on; nil to find it by the Envoy's address.
    var gatewayInterface: String?
    /// The cloud's ports that are redirected to us.
    var gatewayPorts: [Int]
    var gatewayWhenStopped: WhenStopped
    var allowRoot: AllowRoot
    var dashboard: Dashboard
    var limits: Limits
    var publishers: PublisherSettings

    /// Where the dashboard is, and who may look.
    struct Dashboard: Sendable, Equatable {
        /// Whether addresses that others can reach are served without a password.
        enum WithoutPassword: String, CaseIterable, Sendable {
            case no, yes
        }

        /// nil for nowhere.
        var listen: ListenAddress?
        var passwordFile: FilePath
        var withoutPassword: WithoutPassword
        /// Host names that are ours.
        var names: [String]
    }

    /// Bounds in size, number and time.
    struct Limits: Sendable, Equatable {
        /// Connections at once.
        var connections: Int
        /// Bytes of a request's head.
        var requestHead: ByteSize
        /// Bytes of a request's body.
        var requestBody: ByteSize
        /// Bytes of a reply, head and body.
        var reply: ByteSize
        /// Bytes of a report after inflating.
        var inflated: ByteSize
        /// Silence on a connection.
        var idle: HumanDuration
        /// A TLS handshake, on either side.
        var handshakeTime: HumanDuration
        /// First to last byte of a request.
        var requestTime: HumanDuration
        /// A TCP connect to one address.
        var connectTime: HumanDuration
        /// Until the reply begins, and between its pieces.
        var replyTime: HumanDuration
        /// To the reply's last byte.
        var replyTotalTime: HumanDuration
        /// From a connection's first request to the last that it may bring.
        var connectionTime: HumanDuration
    }
}

extension Settings {
    /// Where the machine's service keeps things.
    static let systemState = FilePath("/var/lib/heliograph")

    /// Takes each setting from the reader, the default where there is none or a bad one: ask the reader for problems.
    init(from reader: inout SettingsReader) {
        let data = reader.value(SettingTable.data)
        state = data ?? Self.systemState
        certificateFolder = state.appending("certificate")
        archive = reader.value(SettingTable.archive) ?? state.appending("archive.sqlite")
        ingest = reader.value(SettingTable.ingest)
        keepProcessed = reader.value(SettingTable.keepProcessed)
        leaveFree = reader.value(SettingTable.leaveFree)
        spool = reader.value(SettingTable.spool) ?? data?.appending("spool") ?? "/var/spool/envoy"
        listen = reader.value(SettingTable.listen)
        listenPlain = reader.value(SettingTable.listenPlain)
        upstream = reader.value(SettingTable.upstream)
        upstreamCA = reader.value(SettingTable.upstreamCA)
        envoys = reader.value(SettingTable.envoy)
        cloud = reader.value(SettingTable.cloud)
        otherHosts = reader.value(SettingTable.otherHosts)
        answerAfter = reader.value(SettingTable.answerAfter)
        deliver = reader.value(SettingTable.deliver)
        deliverPause = reader.value(SettingTable.deliverPause)
        whenDiskFails = reader.value(SettingTable.whenDiskFails)
        logLevel = reader.value(SettingTable.logLevel)
        gatewayInterface = reader.value(SettingTable.gatewayInterface)
        gatewayPorts = reader.value(SettingTable.gatewayPorts)
        gatewayWhenStopped = reader.value(SettingTable.gatewayWhenStopped)
        allowRoot = reader.value(SettingTable.allowRoot)
        dashboard = Dashboard(
            listen: reader.value(SettingTable.dashboardListen),
            passwordFile: reader.value(SettingTable.dashboardPasswordFile) ?? state.appending("dashboard-password"),
            withoutPassword: reader.value(SettingTable.dashboardWithoutPassword), names: reader.value(SettingTable.dashboardNames))
        limits = Limits(from: &reader)
        publishers = PublisherSettings(from: &reader)

        switch (reader.value(SettingTable.certificate), reader.value(SettingTable.privateKey)) {
        case (let certificate?, let privateKey?): ownCertificate = OwnCertificate(certificate: certificate, privateKey: privateKey)
        case (nil, nil): break
        case (_?, nil): reader.refuseHalfPair(given: SettingTable.certificate, missing: SettingTable.privateKey)
        case (nil, _?): reader.refuseHalfPair(given: SettingTable.privateKey, missing: SettingTable.certificate)
        }
        if listen == listenPlain && listen.port != 0 { reader.refuseSame(SettingTable.listen, SettingTable.listenPlain) }
    }
}

extension Settings.Limits {
    init(from reader: inout SettingsReader) {
        connections = reader.value(SettingTable.connections)
        requestHead = reader.value(SettingTable.requestHead)
        requestBody = reader.value(SettingTable.requestBody)
        reply = reader.value(SettingTable.reply)
        inflated = reader.value(SettingTable.inflated)
        idle = reader.value(SettingTable.idle)
        handshakeTime = reader.value(SettingTable.handshakeTime)
        requestTime = reader.value(SettingTable.requestTime)
        connectTime = reader.value(SettingTable.connectTime)
        replyTime = reader.value(SettingTable.replyTime)
        replyTotalTime = reader.value(SettingTable.replyTotalTime)
        connectionTime = reader.value(SettingTable.connectionTime)
    }
}

extension Settings.Cloud {
    /// Whether requests go to the cloud.
    var reachesOut: Bool { self == .forward || self == .shield }
    /// Why answering the Envoy here is experimental, behind a word that says so.
    static let experimental = "experimental: what an Envoy accepts is not known for sure"
    /// Whether the Envoy hears an answer made here. Experimental.
    var answersHere: Bool { self == .shield || self == .answer }
}
