import Capture
import Logging
import SystemPackage

/// Every setting there is. The sample file, the flags, the check for unknown keys and the documentation are made from it.
enum SettingTable {
    static let data = Setting(
        "data", .optional(.path("a folder")), default: nil, example: "./data",
        help: """
            A folder below which everything is kept: captures in `spool`, the archive in `archive.sqlite`, the certificate in \
            `certificate`. Meant for running without root. Unset, captures go to /var/spool/envoy and everything else to /var/lib/heliograph.
            """)
    static let listen = Setting(
        "listen", .listenAddress, default: .any(port: 4430), example: "[::]:4430",
        help: "Where the Envoy's TLS connections are accepted. Port 0 picks a free port; [::]:4430 takes IPv6 and IPv4.")
    static let listenPlain = Setting(
        "listen-plain", .optional(.listenAddress, orWord: "off"), default: nil, example: "127.0.0.1:4431",
        help: """
            Where HTTP without TLS is accepted, for those who end TLS in front of Heliograph (stunnel, nginx). Keep it on \
            loopback: whoever can reach it can inject reports.
            """)
    static let spool = Setting(
        "spool", .optional(.path("a folder")), default: nil, example: "/srv/envoy",
        help: "The folder of the captures. Unset, it is `spool` below `data`, or /var/spool/envoy.")
    static let archive = Setting(
        "archive", .optional(.path("a file")), default: nil, example: "/srv/envoy/archive.sqlite",
        help: "The archive, an SQLite file. Unset, it is `archive.sqlite` below `data`, or in /var/lib/heliograph.")
    static let ingest = Setting(
        "ingest", .choice, default: Settings.Ingest.on, example: "off",
        help: """
            `on` decodes each capture, keeps it in the archive, and moves its files, compressed, to `processed/` in the spool. \
            `off` leaves captures in the spool as they are; what has gathered is caught up with when it is on again.
            """)
    static let keepProcessed = Setting(
        "keep-processed", .optional(.duration(.days(1)...HumanDuration.days(36_500)), orWord: "forever"), default: nil, example: "730d",
        help: "How long captures that are in the archive stay in `processed/`. Without them the archive can't be made again.")
    static let leaveFree = Setting(
        "leave-free", .optional(.size(.mebibytes(1)...ByteSize.gibibytes(1 << 20)), orWord: "off"), default: nil, example: "500MiB",
        help: """
            How much of the spool's disk to leave free: when there is less, the oldest captures in `processed/` are removed, \
            whole days at a time. `off` removes nothing.
            """)
    static let upstream = Setting(
        "upstream", .upstream, default: .enphase, example: "https://reports.enphaseenergy.com:8443",
        help: "The cloud that reports are forwarded to. Connections that a firewall redirected go where they were going.")
    static let upstreamCA = Setting(
        "upstream-ca", .optional(.path("a PEM file")), default: nil, example: "/etc/heliograph/upstream-ca.pem",
        help: "A PEM file of the authorities that may vouch for the cloud. Unset, the system's own are asked.")
    static let envoy = Setting(
        "envoy", .addresses, default: [], example: "192.168.1.20",
        help: "The only devices that may connect. Without any, private and link-local addresses may.")
    static let cloud = Setting(
        "cloud", .choice, default: Settings.Cloud.forward, example: "off",
        help: """
            What happens to a captured request. `forward`: the cloud gets it, and the Envoy the cloud's reply. `off`: nothing leaves the \
            machine, the Envoy hears 503. Experimental, for what an Envoy accepts is not known for sure: `shield`: the cloud gets it, \
            and the Envoy an answer made here, so that nothing from the cloud reaches it; `answer`: nothing leaves the machine, the \
            Envoy gets an answer made here.
            """)
    static let otherHosts = Setting(
        "other-hosts", .choice, default: CaptureConfiguration.OtherHosts.forward, example: "block",
        help: """
            What happens to what the Envoy sends to other hosts than the one that takes reports. `forward`: redirected connections go \
            where they were going, also in `shield` and `answer`, and all else passes. `block`: they go nowhere, the Envoy hears 503, and \
            `gateway up` lets nothing pass but names and time (ports 53 and 123).
            """)
    static let answerAfter = Setting(
        "answer-after", .optional(.duration(.seconds(1)...HumanDuration.days(3_650)), orWord: "never"), default: nil, example: "3d",
        help: """
            With `cloud: forward`: when the cloud has taken no report for so long, the Envoy gets an answer made here, so that it need \
            not keep its reports, until the cloud takes one again. Experimental, for what an Envoy accepts is not known for sure.
            """)
    static let deliver = Setting(
        "deliver", .choice, default: Settings.Deliver.never, example: "later",
        help: """
            What becomes of reports that were answered here and that the cloud has not taken. `later`: when it takes reports again, and \
            `cloud` is `forward` or `shield`, they go there, one after another. `never`: they wait for `heliograph deliver`.
            """)
    static let deliverPause = Setting(
        "deliver-pause", .duration(HumanDuration(milliseconds: 10)...HumanDuration.days(1)), default: .seconds(2), example: "10s",
        help: "The pause after each report that is delivered later.")
    static let certificate = Setting(
        "certificate", .optional(.path("a PEM file")), default: nil, example: "/etc/heliograph/certificate.pem",
        help: """
            Your own certificate for the Envoy's side, PEM, with its chain below it; needs `private-key`. Unset, one is made \
            at the first start.
            """)
    static let privateKey = Setting(
        "private-key", .optional(.path("a PEM file")), default: nil, example: "/etc/heliograph/private-key.pem",
        help: "The private key of your own certificate, PEM, without a pass phrase.")
    static let whenDiskFails = Setting(
        "when-disk-fails", .choice, default: Settings.WhenDiskFails.refuse, example: "forward",
        help: """
            What happens to a request that can't be written (disk full, folder not writable). `refuse`: the Envoy hears 503 \
            and keeps its reports for later. `forward`: the request goes to the cloud and no capture of it remains; one over 64 KiB, \
            for which there is no room elsewhere, is refused all the same.
            """)
    static let logLevel = Setting(
        "log-level", .choice, default: Logger.Level.info, example: "debug",
        help: "The least important kind of line that is logged. `info` gives one line a report.")
}

/// The network set-up of this machine, a block of its own in the file.
extension SettingTable {
    static let gatewayInterface = Setting(
        "gateway.interface", .optional(.word("the name of a network interface")), default: nil, example: "eth0",
        help: "The network interface that the Envoy is on. Unset, the one whose network holds the Envoy's address.")
    static let gatewayPorts = Setting(
        "gateway.ports", .ports, default: [443], example: "443",
        help: "The cloud's TCP ports that are redirected to `listen`; port 80, where it is one of them, to `listen-plain`.")
    static let gatewayWhenStopped = Setting(
        "gateway.when-stopped", .choice, default: Settings.WhenStopped.open, example: "closed",
        help: """
            What becomes of the redirection when the service ends. `open`: it goes with the service, and the Envoy reaches its cloud \
            directly. `closed`: it stays, and nothing passes that is not captured.
            """)
}

/// Who runs it.
extension SettingTable {
    static let allowRoot = Setting(
        "allow-root", .choice, default: Settings.AllowRoot.no, example: "yes",
        help: """
            Whether `heliograph run` may run as root (`yes`, `no`), as in a trial in a container; it needs no privilege for ports from \
            1024 on.
            """)
}

/// The limits, a block of their own in the file.
extension SettingTable {
    private static let sizes = ByteSize.kibibytes(1)...ByteSize.gibibytes(4)
    private static let waits = HumanDuration(milliseconds: 10)...HumanDuration.days(1)

    static let connections = Setting(
        "limits.connections", .count(1...100_000), default: 1024, example: "64",
        help: "How many connections are served at once; one more is refused.")
    static let requestHead = Setting(
        "limits.request-head", .size(sizes), default: .kibibytes(64), example: "16KiB",
        help: "The largest request line with headers; a larger one is answered with 431.")
    static let requestBody = Setting(
        "limits.request-body", .size(sizes), default: .mebibytes(32), example: "8MiB",
        help: "The largest request body; a larger one is answered with 413.")
    static let reply = Setting(
        "limits.reply", .size(sizes), default: .mebibytes(256), example: "16MiB",
        help: "The largest reply of the cloud that is passed on and captured.")
    static let inflated = Setting(
        "limits.inflated", .size(sizes), default: .mebibytes(64), example: "16MiB",
        help: "The largest size that a compressed report may inflate to; beyond it no `.xml` is written.")
    static let idle = Setting(
        "limits.idle", .duration(waits), default: .seconds(30), example: "2m",
        help: "How long a connection may stay silent.")
    static let handshakeTime = Setting(
        "limits.handshake-time", .duration(waits), default: .seconds(10), example: "30s",
        help: "How long a TLS handshake may take, the Envoy's with us and ours with the cloud.")
    static let requestTime = Setting(
        "limits.request-time", .duration(waits), default: .minutes(5), example: "10m",
        help: "How long a request may take from its first byte to its last; a slower one is answered with 408.")
    static let connectTime = Setting(
        "limits.connect-time", .duration(waits), default: .seconds(10), example: "30s",
        help: "How long connecting to one address of the cloud may take.")
    static let replyTime = Setting(
        "limits.reply-time", .duration(waits), default: .seconds(60), example: "2m",
        help: "How long the cloud may take to begin its reply, and to go on with it; the Envoy then hears 504.")
    static let replyTotalTime = Setting(
        "limits.reply-total-time", .duration(waits), default: .minutes(30), example: "1h",
        help: "How long the cloud's whole reply may take.")
    static let connectionTime = Setting(
        "limits.connection-time", .duration(waits), default: .minutes(60), example: "10m",
        help: "How long one connection may bring requests; it is closed when the one that is under way then has its reply.")

    /// All of them, in the order of the sample file; those of one block stand together.
    static let all: [any SettingDescription] =
        [
            data, listen, listenPlain, spool, archive, ingest, keepProcessed, leaveFree, upstream, upstreamCA, envoy, cloud, otherHosts,
            answerAfter, deliver, deliverPause, certificate,
            privateKey, whenDiskFails, logLevel, allowRoot, gatewayInterface, gatewayPorts, gatewayWhenStopped,
            dashboardListen, dashboardPasswordFile, dashboardWithoutPassword, dashboardNames,
            connections, requestHead, requestBody, reply, inflated, idle, handshakeTime, requestTime, connectTime, replyTime,
            replyTotalTime, connectionTime,
        ] + publishers

    static func named(_ name: String) -> (any SettingDescription)? { all.first { $0.name == name } }
}

extension ListenAddress {
    /// All IPv4 addresses of this machine.
    static func any(port: Int) -> ListenAddress { ListenAddress(address: .anyIPv4, port: port) }

    init(address: IPAddress, port: Int) {
        self.address = address
        self.port = port
    }
}

extension Upstream {
    /// Where Envoys send their reports.
    static let enphase = Upstream(host: "reports.enphaseenergy.com", port: 443)

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}
