/// What the doctor looks at: the facts of every step from the Envoy to the cloud and to the disk.
public struct DoctorFacts: Sendable, Equatable {
    /// Something that was tried.
    public enum Trial: Sendable, Equatable {
        case good(String)
        case bad(String)
        case notTried(String)
    }

    public struct Certificate: Sendable, Equatable {
        /// Seconds from now to its end; negative when it has ended.
        public var secondsLeft: Int
        /// What is odd about it.
        public var warnings: [String]

        public init(secondsLeft: Int, warnings: [String]) { (self.secondsLeft, self.warnings) = (secondsLeft, warnings) }
    }

    public struct Spool: Sendable, Equatable {
        public var path: String
        /// Whether this user may not look into it: then nothing else is known but the disk's room.
        public var isHidden = false
        /// nil where the service may write; else why not.
        public var obstacle: String?
        /// Bytes that its disk has left for the service.
        public var freeBytes: Int
        /// Requests that wait to be archived.
        public var waiting: Int
        /// Seconds since the newest request of any Envoy came; nil where none ever did.
        public var secondsSinceNewest: Int?
        /// Whether the newest request is one that could not be read.
        public var isNewestRejected = false
        /// Where requests are that could not be read.
        public var rejectedFolder: String { "\(path)/rejected" }

        public init(path: String, obstacle: String? = nil, freeBytes: Int, waiting: Int, secondsSinceNewest: Int?) {
            (self.path, self.obstacle, self.freeBytes) = (path, obstacle, freeBytes)
            (self.waiting, self.secondsSinceNewest) = (waiting, secondsSinceNewest)
        }
    }

    /// Whether `heliograph run` answers at its control socket.
    public enum Service: Sendable, Equatable {
        /// The TCP port where it takes TLS.
        case runs(port: Int)
        case stopped
        /// Nobody may ask it.
        case unknown
    }

    /// How systemd has the two units; only where the capture service is its business.
    public struct Units: Sendable, Equatable {
        public var isGatewayActive: Bool
        public var isGatewayEnabled: Bool

        public init(isGatewayActive: Bool, isGatewayEnabled: Bool) {
            (self.isGatewayActive, self.isGatewayEnabled) = (isGatewayActive, isGatewayEnabled)
        }
    }

    public var machine: MachineFacts
    public var service = Service.unknown
    /// Where the settings want TLS to be taken.
    public var tlsPort = 4430
    /// nil where systemd does not run the service.
    public var units: Units?
    /// What `gateway up` noted; nil where it was not run.
    public var record: UndoRecord?
    /// What the settings want; nil where they name no Envoy.
    public var wish: GatewayWish?
    /// Whether the Envoy is led here by a name server's answer and not by a gateway.
    public var byName: Bool
    public var certificate: Result<Certificate, DoctorProblem>
    /// The cloud's name, and the addresses that this machine finds for it.
    public var cloud: String
    public var cloudAddresses: [String]
    public var cloudTLS: Trial
    /// Whether the kernel knows its clock to follow others; nil where it can't tell.
    public var isClockSynchronised: Bool?
    public var spool: Spool
    /// Whether requests are archived as they come.
    public var archives: Bool
    public var log: ServiceLog
    /// Where facts go besides the disk, and whether it can be reached.
    public var outputs: [Output] = []

    public struct Output: Sendable, Equatable {
        public var name: String
        public var trial: Trial

        public init(_ name: String, _ trial: Trial) { (self.name, self.trial) = (name, trial) }
    }

    public init(
        machine: MachineFacts, record: UndoRecord?, wish: GatewayWish?, byName: Bool, certificate: Result<Certificate, DoctorProblem>,
        cloud: String, cloudAddresses: [String], cloudTLS: Trial, isClockSynchronised: Bool?, spool: Spool, archives: Bool, log: ServiceLog
    ) {
        (self.machine, self.record, self.wish, self.byName, self.certificate) = (machine, record, wish, byName, certificate)
        (self.cloud, self.cloudAddresses, self.cloudTLS) = (cloud, cloudAddresses, cloudTLS)
        (self.isClockSynchronised, self.spool, self.archives, self.log) = (isClockSynchronised, spool, archives, log)
    }
}

/// Why something could not be looked at, in one line, with its cure.
public struct DoctorProblem: Error, Sendable, Equatable {
    public var what: String
    public var cure: String?
    /// Whether it is only this user who may not look.
    public var isHidden: Bool

    public init(_ what: String, cure: String?, isHidden: Bool = false) { (self.what, self.cure, self.isHidden) = (what, cure, isHidden) }
}
