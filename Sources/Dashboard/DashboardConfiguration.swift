import SystemPackage

/// What the dashboard needs to know of the house that it shows.
public struct DashboardConfiguration: Sendable {
    /// The IP address to listen at.
    public var address: String
    /// 0 lets the system choose a free one.
    public var port: Int
    public var archivePath: String
    /// The folder of the captures.
    public var spool: FilePath
    /// A file of ``PasswordHash``; no password is asked for where there is none.
    public var passwordFile: FilePath
    /// Whether the owner lets everyone in who can reach an address that is not loopback.
    public var allowsNoPassword = false
    /// Names by which browsers may ask for it, besides `localhost`, this machine's own name and all IP addresses.
    public var hostNames: [String] = []
    /// How many connections are served at once; others wait to be accepted.
    public var connections = 64
    /// How many pages may be live at once.
    public var livePages = 16
    /// How often archive and spool are looked at while a live page is open.
    public var livePause: Duration = .seconds(2)
    /// Seconds since 1970 UTC.
    public var clock: @Sendable () -> Int
    /// What the running proxy tells of itself.
    public var proxy: @Sendable () -> ProxyState?
    /// Texts that others serve here, such as metrics. Add routes of other parts of the program to this list.
    public var texts: [TextRoute] = []

    public init(
        address: String, port: Int, archivePath: String, spool: FilePath, passwordFile: FilePath,
        clock: @escaping @Sendable () -> Int, proxy: @escaping @Sendable () -> ProxyState? = { nil }
    ) {
        (self.address, self.port, self.archivePath, self.spool) = (address, port, archivePath, spool)
        (self.passwordFile, self.clock, self.proxy) = (passwordFile, clock, proxy)
    }

    /// Whether only this machine can reach it.
    var isLoopback: Bool { address.hasPrefix("127.") || address == "::1" }
}

/// A text that is made anew for whoever asks for its path.
public struct TextRoute: Sendable {
    /// As in `/metrics`.
    public var path: String
    /// As in `text/plain; version=0.0.4`.
    public var contentType: String
    public var text: @Sendable () async throws -> String

    public init(path: String, contentType: String, text: @escaping @Sendable () async throws -> String) {
        (self.path, self.contentType, self.text) = (path, contentType, text)
    }
}

/// What the running proxy tells of itself. Times are seconds since 1970 UTC, nil for what never happened.
public struct ProxyState: Codable, Hashable, Sendable {
    public var startedTimestamp: Int
    /// `forward`, `shield`, `answer` or `off`.
    public var cloud: String
    /// Since when it is so.
    public var cloudSinceTimestamp: Int
    public var upstream: String
    public var requestsCaptured: Int
    public var requestsNotCaptured: Int
    public var repliesForwarded: Int
    /// How often the Envoy was answered here and not by the cloud.
    public var answersGiven: Int
    /// Whether, in `forward`, it is answered here now because the cloud has taken no report for too long.
    public var answersMeanwhile: Bool
    /// Reports that were answered here and that the cloud has not taken.
    public var undelivered: Int
    /// Of what was delivered later, what the cloud refused.
    public var undeliveredRefused: Int
    public var diskFailures: Int
    /// How often the cloud failed, by reason.
    public var cloudFailures: [String: Int]
    public var lastCaptureTimestamp: Int?
    public var lastReplyTimestamp: Int?
    public var lastCloudFailureTimestamp: Int?

    public init(
        startedTimestamp: Int, cloud: String, cloudSinceTimestamp: Int, upstream: String, requestsCaptured: Int = 0,
        requestsNotCaptured: Int = 0, repliesForwarded: Int = 0, answersGiven: Int = 0, answersMeanwhile: Bool = false,
        undelivered: Int = 0,
        undeliveredRefused: Int = 0, diskFailures: Int = 0, cloudFailures: [String: Int] = [:], lastCaptureTimestamp: Int? = nil,
        lastReplyTimestamp: Int? = nil, lastCloudFailureTimestamp: Int? = nil
    ) {
        (self.startedTimestamp, self.upstream) = (startedTimestamp, upstream)
        (self.cloud, self.cloudSinceTimestamp, self.answersGiven) = (cloud, cloudSinceTimestamp, answersGiven)
        (self.requestsCaptured, self.requestsNotCaptured) = (requestsCaptured, requestsNotCaptured)
        (self.answersMeanwhile, self.undelivered, self.undeliveredRefused) = (answersMeanwhile, undelivered, undeliveredRefused)
        (self.repliesForwarded, self.diskFailures, self.cloudFailures) = (repliesForwarded, diskFailures, cloudFailures)
        self.lastCaptureTimestamp = lastCaptureTimestamp
        self.lastReplyTimestamp = lastReplyTimestamp
        self.lastCloudFailureTimestamp = lastCloudFailureTimestamp
    }

    /// Whether reports are passed on to the cloud.
    var reachesOut: Bool { cloud == "forward" || cloud == "shield" }

    /// Whether the cloud failed after it last replied.
    var cloudFails: Bool { (lastCloudFailureTimestamp ?? 0) > (lastReplyTimestamp ?? 0) }
}
