import Foundation
import TestSupport
import Testing

@testable import heliograph

@Suite struct SettingsLoadTests {
    private let place: TemporaryFolder
    private var folder: URL { place.url }

    init() throws { place = try TemporaryFolder() }

    private func path(_ name: String, holding data: Data? = nil) throws -> String {
        let file = folder.appending(path: name)
        try data?.write(to: file)
        return file.path
    }

    @Test func `a named settings file is read`() throws {
        let file = try path("named.yaml", holding: Data("spool: /from-file\n".utf8))
        #expect(try Settings.load(flags: [:], environment: [:], file: file).spool == "/from-file")
        #expect(try Settings.load(flags: [:], environment: ["HELIOGRAPH_CONFIG": file], file: nil).spool == "/from-file")
    }

    @Test func `a named settings file that is missing is an error`() throws {
        let file = try path("missing.yaml")
        let failure = Failure("no settings file \(file)", hint: "heliograph config sample > \(file) makes one")
        #expect(throws: Failures(failures: [failure])) { try Settings.load(flags: [:], environment: [:], file: file) }
    }

    @Test func `the default settings file may be missing, and is read where it is there`() throws {
        let missing = Settings.report(flags: [:], environment: [:], file: nil, defaultFile: try path("missing.yaml"))
        #expect(missing.problems == [] && missing.file == nil)
        let file = try path("default.yaml", holding: Data("spool: /default-file\n".utf8))
        #expect(Settings.report(flags: [:], environment: [:], file: nil, defaultFile: file).settings.spool == "/default-file")
    }

    @Test func `a settings file that can't be read is an error`() throws {
        let folder = Settings.report(flags: [:], environment: [:], file: folder.path)
        #expect(folder.problems.map(\.message) == ["can't read the settings file \(self.folder.path): is a directory"])
        let latin = Settings.report(flags: [:], environment: [:], file: try path("latin.yaml", holding: Data([0x73, 0x3a, 0x20, 0xe4])))
        #expect(latin.problems.map(\.message).first?.contains("latin.yaml") == true)
    }
}
