/// Works out what it takes to install Heliograph as a service, and to remove it, as commands.
public struct Installer: Sendable, Equatable {
    /// What is there already.
    public struct Facts: Sendable, Equatable {
        public var hasUser: Bool
        public var hasSettings: Bool
        /// Whether systemd runs this machine; not so in a container or in a system that is being made.
        public var hasSystemd: Bool
        /// The units that are there, with their texts.
        public var units: [String: String]
        /// Folders that are there and not ours alone: they keep their owner and mode.
        public var sharedFolders: Set<String>

        public init(
            hasUser: Bool, hasSettings: Bool, hasSystemd: Bool, units: [String: String] = [:], sharedFolders: Set<String> = []
        ) {
            (self.hasUser, self.hasSettings, self.hasSystemd) = (hasUser, hasSettings, hasSystemd)
            (self.units, self.sharedFolders) = (units, sharedFolders)
        }
    }

    public var units: ServiceUnits
    /// The settings file.
    public var settings: String
    /// What to write into it where there is none.
    public var sample: String
    /// Where units are kept.
    public var unitFolder = "/etc/systemd/system"
    /// Whether a package brings the units and the program.
    public var isPackaged: Bool
    /// Whether the redirection is to be started, too.
    public var withGateway: Bool

    public init(units: ServiceUnits, settings: String, sample: String, isPackaged: Bool, withGateway: Bool) {
        (self.units, self.settings, self.sample) = (units, settings, sample)
        (self.isPackaged, self.withGateway) = (isPackaged, withGateway)
    }

    private var user: String { units.user }
    private var texts: [(String, String)] { [(ServiceUnits.service, units.serviceText), (ServiceUnits.gateway, units.gatewayText)] }
    private var names: [String] { [ServiceUnits.service] + (withGateway ? [ServiceUnits.gateway] : []) }

    /// What to do to have the service installed and running; what is there already is left as it is.
    public func install(_ facts: Facts) -> [Change] {
        var changes: [Change] = []
        if !facts.hasUser {
            changes.append(
                Change(
                    "have a user that can do nothing else",
                    .run([
                        "useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell",
                        "/usr/sbin/nologin", user,
                    ]),
                    undo: nil))
        }
        changes += units.folders.filter { !facts.sharedFolders.contains($0) }.map {
            Change(
                "keep captures where only that user and its group can read them",
                .run(["install", "-d", "-o", user, "-g", user, "-m", "750", $0]), undo: nil)
        }
        if !facts.hasSettings {
            changes.append(
                Change(
                    "have settings to begin with",
                    .run(["install", "-o", "root", "-g", user, "-m", "640", "/dev/stdin", settings], input: sample),
                    undo: nil))
        }
        let changed = isPackaged ? [] : texts.filter { facts.units[$0.0] != $0.1 }
        changes += changed.map {
            Change(
                "have systemd know the service", .run(["install", "-m", "644", "/dev/stdin", "\(unitFolder)/\($0.0)"], input: $0.1),
                undo: nil)
        }
        guard facts.hasSystemd else { return changes }
        if !changed.isEmpty || isPackaged { changes.append(Change("have it read them", .run(["systemctl", "daemon-reload"]), undo: nil)) }
        changes.append(Change("start it now and whenever the machine starts", .run(["systemctl", "enable", "--now"] + names), undo: nil))
        if !changed.isEmpty { changes.append(Change("run what was installed", .run(["systemctl", "try-restart"] + names), undo: nil)) }
        return changes
    }

    /// What to do to have it gone. Settings and captures stay, for whoever installs it again.
    public func uninstall(_ facts: Facts) -> [Change] {
        var changes: [Change] = []
        let present = texts.map(\.0).filter { isPackaged || facts.units[$0] != nil }
        guard !present.isEmpty else { return [] }
        if facts.hasSystemd {
            // The redirection goes first: while it stands and nobody listens, the Envoy is cut off.
            changes.append(Change("stop it for good", .run(["systemctl", "disable", "--now"] + present.reversed()), undo: nil))
        }
        changes.append(Change("leave the network as it was", .run([units.program, "gateway", "down"]), undo: nil))
        guard !isPackaged else { return changes }
        changes.append(Change("take the units away", .run(["rm", "-f"] + present.map { "\(unitFolder)/\($0)" }), undo: nil))
        if facts.hasSystemd { changes.append(Change("have systemd forget them", .run(["systemctl", "daemon-reload"]), undo: nil)) }
        return changes
    }
}
