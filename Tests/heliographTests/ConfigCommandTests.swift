import Foundation
import TestSupport
import Testing

@Suite struct ConfigCommandTests {
    private let place: TemporaryFolder
    private var folder: URL { place.url }

    init() throws { place = try TemporaryFolder() }

    private func heliograph(_ arguments: String, environment: [String: String] = [:]) throws -> CommandTranscript {
        try CommandTranscript(arguments, in: folder, environment: environment)
    }

    private func write(_ text: String, to name: String) throws {
        try text.write(to: folder.appending(path: name), atomically: false, encoding: .utf8)
    }

    @Test func `the sample passes the check`() throws {
        try write(heliograph("config sample").output, to: "sample.yaml")
        let check = try heliograph("config check --config sample.yaml")
        #expect(check.status == 0)
        #expect(check.errors == "")
        #expect(check.output.contains("\nlisten                      0.0.0.0:4430                       default\n"))
    }

    @Test func `the check shows where each setting comes from`() throws {
        try write("cloud: off\n", to: "h.yaml")
        let check = try heliograph("config check --config h.yaml --data d", environment: ["HELIOGRAPH_LIMITS_IDLE": "120s"])
        let lines = check.output.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true) }
        let found = Dictionary(uniqueKeysWithValues: lines.map { (String($0[0]), "\($0[1]) \($0[2].drop { $0 == " " })") })
        #expect(found["data"] == "d flag --data")
        #expect(found["spool"] == "d/spool below data")
        #expect(found["cloud"] == "off h.yaml:1")
        #expect(found["limits.idle"] == "2m environment variable HELIOGRAPH_LIMITS_IDLE")
        #expect(found["listen"] == "0.0.0.0:4430 default")
    }

    @Test func `problems are told on standard error, with status 1`() throws {
        try write("cloud: of\nlissen: x\n", to: "h.yaml")
        let check = try heliograph("config check --config h.yaml")
        #expect(check.status == 1)
        #expect(
            check.errors == """
                error: unknown setting lissen (h.yaml:2)
                hint: did you mean listen?
                error: cloud: "of" is not accepted (h.yaml:1)
                hint: write forward, shield, answer or off

                """)
    }

    @Test func `the check as JSON can be read by machines, problems included`() throws {
        try write("cloud: of\n", to: "h.yaml")
        let check = try heliograph("config check --config h.yaml --listen [::1]:0 --json")
        let json = try #require(JSONSerialization.jsonObject(with: Data(check.output.utf8)) as? [String: Any])
        #expect(check.status == 1)
        #expect(json["file"] as? String == "h.yaml")
        #expect(
            (json["problems"] as? [[String: String]]) == [
                ["error": "cloud: \"of\" is not accepted (h.yaml:1)", "hint": "write forward, shield, answer or off"]
            ])
        let listen = (json["settings"] as? [[String: Any]])?.first { $0["name"] as? String == "listen" }
        #expect(listen?["value"] as? [String] == ["[::1]:0"])
        #expect(listen?["source"] as? String == "flag --listen")
    }

    @Test func `files that settings name are looked at`() throws {
        let check = try heliograph("config check --upstream-ca ca.pem --certificate c.pem --private-key k.pem")
        #expect(check.status == 1)
        #expect(
            check.errors == """
                error: can't read upstream-ca ca.pem: no such file or directory
                hint: name a PEM file of authorities
                error: can't read the certificate c.pem: no such file or directory
                hint: check certificate and private-key in the settings

                """)
    }

    @Test func `wrong usage ends with status 64, help with 0`() throws {
        let wrong = try heliograph("config check --lissen x")
        #expect(wrong.status == 64)
        #expect(wrong.errors.hasPrefix("error: Unknown option '--lissen'"))
        let help = try heliograph("config check --help")
        #expect(help.status == 0)
        #expect(help.errors == "" && help.output.contains("--upstream-ca <file>"))
    }
}
