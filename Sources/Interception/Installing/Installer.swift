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
        /// Our drop-ins for a package's units that are there, by the units' names.
        public var dropIns: [String: String]
        /// Folders that are there and keep their owner and mode.
        public var keptFolders: Set<String>

        public init(
            hasUser: Bool, hasSettings: Bool, hasSystemd: Bool, units: [String: String] = [:], dropIns: [String: String] = [:],
            keptFolders: Set<String> = []
        ) {
            (self.hasUser, self.hasSettings, self.hasSystemd) = (hasUser, hasSettings, hasSystemd)
            (self.units, self.dropIns, self.keptFolders) = (units, dropIns, keptFolders)
        }
    }

    public var units: ServiceUnits
    /// The settings file.
    public var settings: String
    /// What to write into it where there is none.
    public var sample: String
    /// Where units are kept.
    public var unitFolder = "/etc/systemd/system"
    /// The units that a package brought with the program; nil where there is no package.
    public var shipped: ServiceUnits?
    /// Whether the redirection is to be started, too.
    public var withGateway: Bool

    public init(units: ServiceUnits, settings: String, sample: String, shipped: ServiceUnits?, withGateway: Bool) {
        (self.units, self.settings, self.sample) = (units, settings, sample)
        (self.shipped, self.withGateway) = (shipped, withGateway)
    }

    private var user: String { units.user }
    private var texts: [(String, String)] { [(ServiceUnits.service, units.serviceText), (ServiceUnits.gateway, units.gatewayText)] }
    /// Where the drop-in for a package's unit is.
    public func dropIn(_ unit: String) -> String { "\(unitFolder)/\(unit).d/heliograph-install.conf" }
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
        changes += units.folders.filter { !facts.keptFolders.contains($0) }.map {
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
        changes += shipped.map { dropInChanges(over: $0, facts) } ?? unitChanges(facts)
        guard facts.hasSystemd else { return changes }
        return changes + [
            Change("have systemd read its units", .run(["systemctl", "daemon-reload"]), undo: nil),
            Change("start it whenever the machine starts", .run(["systemctl", "enable"] + names), undo: nil),
            Change("run the program and the settings as they are now", .run(["systemctl", "restart"] + names), undo: nil),
        ]
    }

    private func unitChanges(_ facts: Facts) -> [Change] {
        texts.filter { facts.units[$0.0] != $0.1 }.map {
            Change(
                "have systemd know the service", .run(["install", "-m", "644", "/dev/stdin", "\(unitFolder)/\($0.0)"], input: $0.1),
                undo: nil)
        }
    }

    private func dropInChanges(over shipped: ServiceUnits, _ facts: Facts) -> [Change] {
        let wanted = units.dropIns(over: shipped)
        let former = facts.dropIns.keys.sorted().filter { name in !wanted.contains { $0.unit == name } }
        return wanted.filter { facts.dropIns[$0.unit] != $0.text }.map {
            Change(
                "have the package's unit do as the settings say",
                .run(["install", "-D", "-m", "644", "/dev/stdin", dropIn($0.unit)], input: $0.text), undo: nil)
        } + removal(of: former)
    }

    private func removal(of dropIns: [String]) -> [Change] {
        guard !dropIns.isEmpty else { return [] }
        return [
            Change("have the package's units as they came", .run(["rm", "-f"] + dropIns.map(dropIn)), undo: nil),
            Change(
                "leave no empty folder",
                .run(["rmdir", "--ignore-fail-on-non-empty"] + dropIns.map { "\(unitFolder)/\($0).d" }), undo: nil),
        ]
    }

    /// What to do to have it gone. Settings and captures stay, for whoever installs it again.
    public func uninstall(_ facts: Facts) -> [Change] {
        var changes: [Change] = []
        let present = texts.map(\.0).filter { shipped != nil || facts.units[$0] != nil }
        guard !present.isEmpty else { return [] }
        if facts.hasSystemd {
            // The redirection goes first: while it stands and nobody listens, the Envoy is cut off.
            changes.append(Change("stop it for good", .run(["systemctl", "disable", "--now"] + present.reversed()), undo: nil))
        }
        changes.append(Change("leave the network as it was", .run([units.program, "gateway", "down"]), undo: nil))
        changes +=
            shipped == nil
            ? [Change("take the units away", .run(["rm", "-f"] + present.map { "\(unitFolder)/\($0)" }), undo: nil)]
            : removal(of: facts.dropIns.keys.sorted())
        if facts.hasSystemd { changes.append(Change("have systemd forget them", .run(["systemctl", "daemon-reload"]), undo: nil)) }
        return changes
    }
}
