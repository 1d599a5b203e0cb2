import ArgumentParser
import Foundation
import Interception

/// What `install` and `uninstall` have in common.
struct InstallOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The settings file (default: \(Settings.defaultFile)).", valueName: "file")) var config: String?
    @Flag(help: ArgumentHelp("For the scripts of a package, which brings program and units.", visibility: .hidden)) var packaged = false
    @Option(help: ArgumentHelp("The program that the units start (default: this one).", visibility: .hidden)) var program: String?

    /// The user that captures.
    static let user = "heliograph"
    /// Where a package's program lies: see scripts/make-deb.
    private static let packagedFolder = "/usr/lib/heliograph/"
    private static let packagedProgram = "/usr/bin/heliograph"

    func settings(envoy: [String]) throws -> Settings {
        let flags = envoy.isEmpty ? [:] : [SettingTable.envoy.name: envoy]
        return try Settings.load(flags: flags, environment: ProcessInfo.processInfo.environment, file: config)
    }

    /// - Parameter anywhere: Also of a program that lies where no service may run it from.
    func installer(_ settings: Settings, anywhere: Bool = false) throws -> Installer {
        let path = try programPath(anywhere: anywhere)
        let isPackaged = packaged || path.hasPrefix(Self.packagedFolder)
        let program = isPackaged ? Self.packagedProgram : path
        var units = Self.units(program, settings)
        units.settingsFile = namedFile
        return Installer(
            units: units, settings: config ?? Settings.defaultFile, sample: Self.sample(settings),
            shipped: isPackaged ? Self.units(program, try .builtIn()) : nil, withGateway: !settings.envoys.isEmpty)
    }

    private static func units(_ program: String, _ settings: Settings) -> ServiceUnits {
        ServiceUnits(
            program: program, user: Self.user, folders: Self.folders(settings),
            listensBelow1024: [settings.listen, settings.listenPlain].compactMap(\.self).contains { $0.port < 1024 })
    }

    /// What is there, and whether the folders that the settings name may become the service's.
    func facts(_ installer: Installer, _ settings: Settings) throws -> Installer.Facts {
        var facts = standing(installer)
        facts.keptFolders = try Self.keptFolders(settings)
        return facts
    }

    func standing(_ installer: Installer) -> Installer.Facts {
        var units: [String: String] = [:]
        var dropIns: [String: String] = [:]
        for name in [ServiceUnits.service, ServiceUnits.gateway] {
            // What is not there has no text.
            units[name] = try? String(contentsOfFile: "\(installer.unitFolder)/\(name)", encoding: .utf8)
            dropIns[name] = try? String(contentsOfFile: installer.dropIn(name), encoding: .utf8)
        }
        return Installer.Facts(
            hasUser: getpwnam(Self.user) != nil, hasSettings: access(installer.settings, F_OK) == 0,
            hasSystemd: access("/run/systemd/system", F_OK) == 0, units: units, dropIns: dropIns)
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
    private func programPath(anywhere: Bool) throws -> String {
        if let program { return program }
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            throw Failure("can't find out where this program lies", hint: "name it with --program")
        }
        guard anywhere || !["/home/", "/root/", "/tmp/"].contains(where: path.hasPrefix) else {
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

    /// The folders that stay as they are: the service's own, and that of the archive, which may be any (`/srv/archive.sqlite`).
    ///
    /// - Throws: where one that is to be the service's alone holds what is somebody else's.
    private static func keptFolders(_ settings: Settings) throws -> Set<String> {
        let own = ownFolders(settings)
        var kept = Set(folders(settings)).subtracting(own).filter { access($0, F_OK) == 0 }
        for folder in own {
            var status = stat()
            guard stat(folder, &status) == 0 else { continue }
            if let service = getpwnam(user), service.pointee.pw_uid == status.st_uid {
                kept.insert(folder)
                continue
            }
            // A disk that is new holds one folder of its file system's. What can't be looked into is told when it is changed.
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            guard names.allSatisfy({ $0 == "lost+found" }) else {
                let isOurs = getpwnam(user) == nil ? "" : "; or, where all in it is heliograph's: sudo chown -R \(user): \(folder)"
                throw Failure(
                    "\(folder) is not the user \(user)'s, and not empty",
                    hint: "name another one, as in \(folder)/heliograph, or move away what is in it "
                        + "(heliograph import takes captures from anywhere)\(isOurs)")
            }
        }
        return kept
    }

    private static func sample(_ settings: Settings) -> String {
        guard !settings.envoys.isEmpty else { return SampleFile.text }
        return SampleFile.text + "\nenvoy: [\(settings.envoys.map(\.description).joined(separator: ", "))]\n"
    }
}

extension Settings {
    /// The settings where nobody has set anything.
    static func builtIn() throws -> Settings { try load(flags: [:], environment: [:], file: "/dev/null") }
}
