import ArgumentParser
import Foundation
import Interception

/// What `install` and `uninstall` have in common.
struct InstallOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The settings file (default: \(Settings.defaultFile)).", valueName: "file")) var config: String?
    @Flag(help: ArgumentHelp("For the scripts of a package, which brings program and units.", visibility: .hidden)) var packaged = false
    @Option(help: ArgumentHelp("The program that the units start (default: this one).", visibility: .hidden)) var program: String?

    /// The user that captures.
    private static let user = "heliograph"

    func settings(envoy: [String]) throws -> Settings {
        let flags = envoy.isEmpty ? [:] : [SettingTable.envoy.name: envoy]
        return try Settings.load(flags: flags, environment: ProcessInfo.processInfo.environment, file: config)
    }

    func installer(_ settings: Settings) throws -> Installer {
        var units = ServiceUnits(
            program: try programPath(), user: Self.user, folders: Self.folders(settings),
            listensBelow1024: [settings.listen, settings.listenPlain].compactMap(\.self).contains { $0.port < 1024 },
            staysClosed: settings.gatewayWhenStopped == .closed)
        units.settingsFile = namedFile
        return Installer(
            units: units, settings: config ?? Settings.defaultFile, sample: Self.sample(settings), isPackaged: packaged,
            withGateway: !settings.envoys.isEmpty)
    }

    func facts(_ installer: Installer, _ settings: Settings) -> Installer.Facts {
        var units: [String: String] = [:]
        for name in [ServiceUnits.service, ServiceUnits.gateway] {
            // A unit that is not there has no text.
            units[name] = try? String(contentsOfFile: "\(installer.unitFolder)/\(name)", encoding: .utf8)
        }
        return Installer.Facts(
            hasUser: getpwnam(Self.user) != nil, hasSettings: access(installer.settings, F_OK) == 0,
            hasSystemd: access("/run/systemd/system", F_OK) == 0, units: units, sharedFolders: Self.sharedFolders(settings))
    }

    /// The settings file as the service finds it; nil for the one that it reads anyway.
    private var namedFile: String? {
        guard let config, config != Settings.defaultFile else { return nil }
        return config.hasPrefix("/") ? config : "\(FileManager.default.currentDirectoryPath)/\(config)"
    }

    func requireRoot(_ verb: String) throws {
        guard geteuid() == 0 else { throw Failure("\(verb) needs root", hint: "run it with sudo; --plan shows what it does") }
    }

    /// The program's own path: one that a user could change, or that the service can't see, is refused.
    private func programPath() throws -> String {
        if let program { return program }
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            throw Failure("can't find out where this program lies", hint: "name it with --program")
        }
        guard !["/home/", "/root/", "/tmp/"].contains(where: path.hasPrefix) else {
            throw Failure(
                "\(path) is not where a service may run it from", hint: "sudo install \(path) /usr/local/bin/ first, and run that one")
        }
        return path
    }

    private static func folders(_ settings: Settings) -> [String] {
        let folders = ownFolders(settings)
        let archive = settings.archive.removingLastComponent().string
        return folders.contains(archive) ? folders : folders + [archive]
    }

    private static func ownFolders(_ settings: Settings) -> [String] { [settings.spool.string, settings.state.string] }

    /// Where a file of ours lies among others': `archive` may name any folder, as `/srv/archive.sqlite` does.
    private static func sharedFolders(_ settings: Settings) -> Set<String> {
        Set(folders(settings)).subtracting(ownFolders(settings)).filter { access($0, F_OK) == 0 }
    }

    private static func sample(_ settings: Settings) -> String {
        guard !settings.envoys.isEmpty else { return SampleFile.text }
        return SampleFile.text + "\nenvoy: [\(settings.envoys.map(\.description).joined(separator: ", "))]\n"
    }
}
