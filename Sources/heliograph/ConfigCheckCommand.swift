import ArgumentParser
import Capture
import Foundation
import SystemPackage

extension ConfigCommand {
    /// `heliograph config check`
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the settings and show where each comes from.",
            discussion: "Ends with status 1 when something is wrong with them.")

        @OptionGroup var options: SettingsOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            var report = Settings.report(
                flags: options.flags, environment: ProcessInfo.processInfo.environment, file: options.config)
            report.problems += report.settings.problemsWithFiles(now: Date())
            print(json ? try CheckedSettings(report).json : CheckedSettings(report).table)
            guard report.problems.isEmpty else { throw Failures(failures: report.problems) }
        }
    }
}

extension Settings {
    /// What is wrong with the files that the settings name.
    func problemsWithFiles(now: Date) -> [Failure] {
        var problems: [Failure] = []
        if let upstreamCA {
            do {
                _ = try TextFile.read(upstreamCA)
            } catch {
                problems.append(
                    Failure("can't read upstream-ca \(upstreamCA): \("\(error)".lowercased())", hint: "name a PEM file of authorities"))
            }
        }
        if let own = ownCertificate {
            do throws(IdentityError) {
                _ = try ServerIdentity(certificate: own.certificate, privateKey: own.privateKey, now: now)
            } catch {
                problems.append(Failure(error, own: true))
            }
        }
        return problems
    }
}

/// The outcome of `config check` as it is printed.
struct CheckedSettings: Encodable {
    struct Entry: Encodable {
        var name: String
        var value: [String]
        var source: String
    }

    struct Problem: Encodable {
        var error: String
        var hint: String?
    }

    /// The settings file; missing when there was none.
    var file: String?
    var settings: [Entry]
    var problems: [Problem]

    init(_ report: SettingsReport) {
        file = report.file
        settings = report.findings.map { finding in
            if finding.name == SettingTable.spool.name, finding.source == .builtIn {
                let isBelowData = report.settings.spool.starts(with: report.settings.state)
                return Entry(name: finding.name, value: [report.settings.spool.string], source: isBelowData ? "below data" : "default")
            }
            return Entry(name: finding.name, value: finding.texts, source: finding.source.description)
        }
        problems = report.problems.map { Problem(error: $0.message, hint: $0.hint) }
    }

    /// One line a setting: name, value, source.
    var table: String {
        let names = (settings.map(\.name.count).max() ?? 0) + 2
        let texts = settings.map { $0.value.isEmpty ? "-" : $0.value.joined(separator: ", ") }
        let values = (texts.map(\.count).max() ?? 0) + 2
        return zip(settings, texts).map { entry, text in
            entry.name.padded(to: names) + text.padded(to: values) + entry.source
        }.joined(separator: "\n")
    }

    var json: String {
        get throws { try JSONText.of(self) }
    }
}

/// How every verb prints JSON: sorted keys, indented, slashes as they are.
enum JSONText {
    static func of(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

extension String {
    /// The text with spaces behind, up to `width` characters.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
