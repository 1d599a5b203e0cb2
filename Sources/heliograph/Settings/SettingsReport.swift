import SystemPackage

/// What loading the settings came to: the settings, where each came from, and what is wrong with them.
struct SettingsReport: Sendable {
    var settings: Settings
    /// Every setting, in the order of the table; those with a bad value are missing.
    var findings: [SettingsReader.Finding]
    var problems: [Failure]
    /// The file that was read; nil when there was none.
    var file: String?
}

extension Settings {
    /// Where the settings file lies unless somebody names another.
    static let defaultFile = "/etc/heliograph.yaml"

    /// Loads the settings: flags over environment over file over defaults.
    /// - Parameters:
    ///   - flags: Texts by the names of settings, as ``SettingsOptions/flags`` gives them.
    ///   - environment: The process's environment variables.
    ///   - file: The settings file that somebody named; nil for `HELIOGRAPH_CONFIG`, then ``defaultFile`` if there is one.
    /// - Throws: ``Failures`` with everything that is wrong.
    static func load(flags: [String: [String]], environment: [String: String], file: String?) throws -> Settings {
        let report = report(flags: flags, environment: environment, file: file)
        guard report.problems.isEmpty else { throw Failures(failures: report.problems) }
        return report.settings
    }

    /// The same, for showing: problems are returned, and bad values replaced by defaults.
    static func report(
        flags: [String: [String]], environment: [String: String], file: String?, defaultFile: String = defaultFile
    ) -> SettingsReport {
        let named = file ?? environment[SettingsOptions.configVariable].flatMap { $0.isEmpty ? nil : $0 }
        let path = named ?? defaultFile
        var problems: [Failure] = []
        var content: (path: String, text: String)?
        do {
            content = (path, try TextFile.read(FilePath(path)))
        } catch Errno.noSuchFileOrDirectory where named == nil {
            content = nil
        } catch Errno.noSuchFileOrDirectory {
            problems.append(Failure("no settings file \(path)", hint: "heliograph config sample > \(path) makes one"))
        } catch {
            problems.append(
                Failure("can't read the settings file \(path): \("\(error)".lowercased())", hint: "use sudo, or check its owner and mode"))
        }
        var reader = SettingsReader(flags: flags, environment: environment, file: content)
        let settings = Settings(from: &reader)
        let order = SettingTable.all.map(\.name)
        let findings = order.compactMap { name in reader.findings.first { $0.name == name } }
        return SettingsReport(settings: settings, findings: findings, problems: problems + reader.problems, file: content?.path)
    }
}

/// Reads small text files whole.
enum TextFile {
    /// - Throws: `Errno`; `fileTooLarge` beyond 1 MiB, `illegalByteSequence` when it is not UTF-8.
    static func read(_ path: FilePath) throws -> String {
        let file = try FileDescriptor.open(path, .readOnly)
        return try file.closeAfter {
            var bytes: [UInt8] = []
            while bytes.count <= 1 << 20 {
                let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                    count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
                guard !chunk.isEmpty else {
                    guard let text = String(validating: bytes, as: UTF8.self) else { throw Errno.illegalByteSequence }
                    return text
                }
                bytes += chunk
            }
            throw Errno.fileTooLarge
        }
    }
}
