import Foundation
import TestSupport
import Testing

@testable import Interception

@Suite("Installing as a service")
struct InstallerTests {
    private static let units = ServiceUnits(
        program: "/usr/local/bin/heliograph", user: "heliograph", folders: ["/var/spool/envoy", "/var/lib/heliograph"],
        listensBelow1024: false)
    private static let nothing = Installer.Facts(hasUser: false, hasSettings: false, hasSystemd: true)

    private func installer(_ change: (inout Installer) -> Void = { _ in }) -> Installer {
        var installer = Installer(
            units: Self.units, settings: "/etc/heliograph.yaml", sample: "# sample\n", shipped: nil, withGateway: true)
        change(&installer)
        return installer
    }

    @Test("On a clean machine: user, folders, settings, units, start")
    func clean() {
        let commands = installer().install(Self.nothing).map(\.action.firstLine)
        #expect(commands.first?.hasPrefix("useradd --system") == true)
        #expect(commands.contains("install -d -o heliograph -g heliograph -m 750 /var/spool/envoy"))
        #expect(commands.contains("install -o root -g heliograph -m 640 /dev/stdin /etc/heliograph.yaml <<'END'"))
        #expect(
            commands.suffix(3) == [
                "systemctl daemon-reload", "systemctl enable heliograph.service heliograph-gateway.service",
                "systemctl restart heliograph.service heliograph-gateway.service",
            ])
    }

    @Test("What is there stays: user, settings, units that say the same; and the program is started anew, as it may be another one")
    func again() {
        let units = Self.units
        let facts = Installer.Facts(
            hasUser: true, hasSettings: true, hasSystemd: true,
            units: [ServiceUnits.service: units.serviceText, ServiceUnits.gateway: units.gatewayText])
        let commands = installer().install(facts).map(\.action.firstLine)
        #expect(commands.allSatisfy { $0.hasPrefix("install -d ") || $0.hasPrefix("systemctl ") }, "\(commands)")
        #expect(commands.last == "systemctl restart heliograph.service heliograph-gateway.service")
    }

    @Test("Without systemd nothing is started; of a package's files none is written; without an Envoy nothing is redirected")
    func parts() {
        let commands = installer { $0.shipped = Self.units }.install(.init(hasUser: false, hasSettings: true, hasSystemd: false)).map(
            \.action.firstLine)
        #expect(!commands.contains { $0.contains("systemctl") || $0.contains("/etc/systemd") })
        #expect(
            installer { $0.withGateway = false }.install(Self.nothing).map(\.action.firstLine).contains(
                "systemctl enable heliograph.service"))
    }

    @Test("Of a package's units, what the settings ask beyond them goes into drop-ins, which go when nothing asks for them any more")
    func dropIns() throws {
        var units = Self.units
        units.folders = ["/mnt/usb/envoy", "/var/lib/heliograph"]
        units.listensBelow1024 = true
        let text = """
            # What the settings ask beyond the package's unit; heliograph install writes it.

            [Service]
            ReadWritePaths=-/mnt/usb/envoy -/var/lib/heliograph
            AmbientCapabilities=
            AmbientCapabilities=CAP_NET_BIND_SERVICE
            CapabilityBoundingSet=
            CapabilityBoundingSet=CAP_NET_BIND_SERVICE
            PrivateUsers=no

            """
        let packaged = installer { ($0.units, $0.shipped) = (units, Self.units) }
        let facts = Installer.Facts(hasUser: true, hasSettings: true, hasSystemd: true)
        let write = Action.run(
            ["install", "-D", "-m", "644", "/dev/stdin", "/etc/systemd/system/heliograph.service.d/heliograph-install.conf"], input: text)
        #expect(packaged.install(facts).map(\.action).contains(write))
        #expect(!packaged.install(facts).contains { $0.action.firstLine.contains("/etc/systemd/system/heliograph.service ") })

        var there = facts
        there.dropIns = [ServiceUnits.service: text]
        #expect(!packaged.install(there).map(\.action).contains(write), "it says so already")
        let removal = "rm -f /etc/systemd/system/heliograph.service.d/heliograph-install.conf"
        #expect(installer { $0.shipped = Self.units }.install(there).map(\.action.firstLine).contains(removal))
        #expect(packaged.uninstall(there).map(\.action.firstLine).contains(removal))
        #expect(!packaged.uninstall(facts).map(\.action.firstLine).contains { $0.hasPrefix("rm ") }, "the package's own are its business")
    }

    @Test("Uninstalling stops both and removes the units, and touches neither settings nor captures")
    func uninstall() {
        let facts = Installer.Facts(
            hasUser: true, hasSettings: true, hasSystemd: true, units: [ServiceUnits.service: "", ServiceUnits.gateway: ""])
        let commands = installer().uninstall(facts).map(\.action.firstLine)
        #expect(
            commands == [
                "systemctl disable --now heliograph-gateway.service heliograph.service", "/usr/local/bin/heliograph gateway down",
                "rm -f /etc/systemd/system/heliograph.service /etc/systemd/system/heliograph-gateway.service", "systemctl daemon-reload",
            ])
        #expect(installer().uninstall(Self.nothing) == [])
    }

    @Test("Changes are carried out by programs with and without a path, and the first that fails ends it")
    func performed() async throws {
        let folder = try TemporaryFolder()
        let applier = Applier(UndoFile(folder.file("record").path(percentEncoded: false)))
        let (one, two) = (folder.file("one").path(percentEncoded: false), folder.file("two").path(percentEncoded: false))
        let touch = try #require(Program.path(of: "touch"))
        await #expect(throws: InterceptionError.self) {
            try await applier.perform([
                Change("", .run([touch, one]), undo: nil), Change("", .run(["false"]), undo: nil),
                Change("", .run(["touch", two]), undo: nil),
            ])
        }
        #expect(names(in: folder.url) == ["one"])
    }

    @Test("What nothing takes back is named when a plan fails, and the note stays for down")
    func notTakenBack() async throws {
        let folder = try TemporaryFolder()
        let file = UndoFile(folder.file("record").path(percentEncoded: false))
        let record = UndoRecord(
            wish: GatewayWish(envoys: [], redirections: []), interface: "eth0", kept: [], forwardedAll: false, rules: "", ruleCount: 0,
            undoRules: [])
        let plan = GatewayPlan(changes: [Change("", .run(["true"]), undo: nil), Change("", .run(["false"]), undo: nil)], record: record)
        let failure = InterceptionError.rolledBack(.run(["false"]), reason: "no reason given", left: ["true (nothing undoes it)"])
        await #expect(throws: failure) { try await Applier(file).up(plan) }
        #expect(try file.load() == record)
    }

    @Test("A folder that is not ours alone keeps its owner; a settings file of one's own is the units', too")
    func elsewhere() {
        let facts = Installer.Facts(hasUser: true, hasSettings: true, hasSystemd: false, keptFolders: ["/var/lib/heliograph"])
        let commands = installer().install(facts).map(\.action.firstLine)
        #expect(commands.filter { $0.hasPrefix("install -d ") } == ["install -d -o heliograph -g heliograph -m 750 /var/spool/envoy"])
        var units = Self.units
        units.settingsFile = "/srv/envoy.yaml"
        #expect(units.serviceText.contains("\nExecStart=/usr/local/bin/heliograph run --config \"/srv/envoy.yaml\"\n"))
        #expect(units.gatewayText.contains("\nExecStart=/usr/local/bin/heliograph gateway up --until-up --config \"/srv/envoy.yaml\"\n"))
    }

    @Test("A folder that holds what is somebody else's is not taken; an empty one is")
    func foreignFolder() async throws {
        let folder = try TemporaryFolder()
        let spool = folder.file("disk")
        try FileManager.default.createDirectory(at: spool.appending(path: "lost+found"), withIntermediateDirectories: true)
        let settings = try folder.write("data: \(folder.path)new\nspool: \(spool.path(percentEncoded: false))\n".utf8, to: "settings.yaml")
        let words = ["install", "--plan", "--program", "/usr/bin/heliograph", "--config", settings.path(percentEncoded: false)]
        let taken = try await Program.run(Program.built("heliograph"), words)
        #expect(
            taken.text.contains("install -d -o heliograph -g heliograph -m 750 \(spool.path(percentEncoded: false))"), "\(taken.errors)")
        try Data().write(to: spool.appending(path: "photograph"))
        let refused = try await Program.run(Program.built("heliograph"), words)
        #expect(refused.status == 1 && refused.text == "" && refused.errors.contains("is not the user heliograph's, and not empty"))
        #expect(refused.errors.contains("\nhint: name another one, as in "))
    }

    @Test("Uninstalling needs no settings that are right")
    func uninstallAnyhow() async throws {
        let folder = try TemporaryFolder()
        let settings = try folder.write("a typing error".utf8, to: "settings.yaml")
        let result = try await Program.run(
            Program.built("heliograph"),
            ["uninstall", "--plan", "--packaged", "--config", settings.path(percentEncoded: false)],
            environment: ["HELIOGRAPH_NONSENSE": "1"])
        #expect(result.status == 0 && result.text.contains("/usr/bin/heliograph gateway down"), "\(result.errors)")
    }

    @Test("The redirection is bound to the service, and tried until it is up; a privilege is given only for a low port")
    func variants() {
        var units = Self.units
        #expect(units.gatewayText.contains("\nBindsTo=heliograph.service\n") && units.gatewayText.contains("\nBefore=heliograph.service\n"))
        #expect(units.serviceText.contains("\nAmbientCapabilities=\n") && units.serviceText.contains("\nCapabilityBoundingSet=\n"))
        units.listensBelow1024 = true
        #expect(units.gatewayText.contains("\nExecStart=/usr/local/bin/heliograph gateway up --until-up\n"))
        #expect(units.serviceText.contains("\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n"))
    }

    @Test(
        "systemd knows every line of the units, and its own audit calls the service well protected",
        .enabled(if: Program.isInstalled("systemd-analyze"), "no systemd-analyze"), arguments: [false, true])
    func audited(lowPort: Bool) async throws {
        let folder = try TemporaryFolder()
        var units = Self.units
        units.program = Program.path(of: "true") ?? "/bin/true"
        units.user = "root"
        units.listensBelow1024 = lowPort
        let service = try folder.write(units.serviceText.utf8, to: ServiceUnits.service).path(percentEncoded: false)
        let gateway = try folder.write(units.gatewayText.utf8, to: ServiceUnits.gateway).path(percentEncoded: false)
        let verified = try await Program.run("systemd-analyze", ["verify", "--man=no", service, gateway])
        let ours = verified.errors.split(separator: "\n").filter { $0.contains("heliograph") }
        #expect(ours.isEmpty, "\(verified.errors)")
        // As the user that it will have; only then does the audit count root's absence.
        try folder.write(Self.units.serviceText.utf8, to: ServiceUnits.service)
        let audit = try await Program.run("systemd-analyze", ["security", "--offline=true", "--threshold=20", service])
        #expect(audit.status == 0, "exposure above 2.0:\n\(audit.text.split(separator: "\n").suffix(2))\(audit.errors)")
    }
}
