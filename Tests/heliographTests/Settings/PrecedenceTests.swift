import Testing

@testable import heliograph

@Suite struct PrecedenceTests {
    private let file = (path: "h.yaml", text: "spool: /file\n\nlimits:\n  idle: 3s\nlisten: 127.0.0.1:3\n")

    @Test func `a flag wins over the environment, the environment over the file, the file over the default`() {
        let flag = ["listen": ["127.0.0.1:1"]]
        let environment = ["HELIOGRAPH_LISTEN": "127.0.0.1:2"]
        #expect(listen(flags: flag, environment: environment, file: file) == "127.0.0.1:1 flag --listen")
        #expect(listen(flags: [:], environment: environment, file: file) == "127.0.0.1:2 environment variable HELIOGRAPH_LISTEN")
        #expect(listen(flags: [:], environment: [:], file: file) == "127.0.0.1:3 h.yaml:5")
        #expect(listen(flags: [:], environment: [:], file: nil) == "0.0.0.0:4430 default")
    }

    private func listen(flags: [String: [String]], environment: [String: String], file: (path: String, text: String)?) -> String {
        var reader = SettingsReader(flags: flags, environment: environment, file: file)
        let settings = Settings(from: &reader)
        let source = reader.findings.first { $0.name == "listen" }?.source
        return "\(settings.listen) \(source.map(\.description) ?? "?")"
    }

    @Test(arguments: SettingTable.all.map(\.name))
    func `every setting has a flag, an environment variable and a key, and takes its own example`(_ name: String) throws {
        let setting = try #require(SettingTable.named(name))
        let options = try SettingsOptions.parse(["--\(setting.flag)", setting.example])
        #expect(options.flags == [name: [setting.example]])

        let key = setting.path.joined(separator: ":\n  ")
        let waysToSet: [(SettingSource, SettingsReader)] = [
            (.flag(setting.flag), SettingsReader(flags: options.flags, environment: [:], file: nil)),
            (
                .environment(setting.environmentVariable),
                SettingsReader(flags: [:], environment: [setting.environmentVariable: setting.example], file: nil)
            ),
            (
                .file(path: "f", line: setting.path.count),
                SettingsReader(flags: [:], environment: [:], file: ("f", "\(key): \"\(setting.example)\"\n"))
            ),
        ]
        for (source, reader) in waysToSet {
            var reader = reader
            _ = Settings(from: &reader)
            #expect(reader.problems.filter { !$0.message.contains("is set without") } == [])
            #expect(reader.findings.first { $0.name == name }?.source == source)
            #expect(reader.findings.first { $0.name == name }?.texts == [setting.example])
        }
    }

    @Test func `every setting of the table is read, and its default is one that it takes`() {
        var reader = SettingsReader(flags: [:], environment: [:], file: nil)
        _ = Settings(from: &reader)
        #expect(Set(reader.findings.map(\.name)) == Set(SettingTable.all.map(\.name)))
        let defaults = SettingTable.all.filter { !$0.defaultTexts.isEmpty }
        var again = SettingsReader(
            flags: Dictionary(uniqueKeysWithValues: defaults.map { ($0.name, $0.defaultTexts) }), environment: [:], file: nil)
        _ = Settings(from: &again)
        #expect(again.problems == [])
    }

    @Test func `data moves everything that is kept, and spool moves the captures alone`() {
        func folders(_ flags: [String: [String]]) -> [String] {
            var reader = SettingsReader(flags: flags, environment: [:], file: nil)
            let settings = Settings(from: &reader)
            return [settings.spool.string, settings.state.string, settings.certificateFolder.string]
        }
        #expect(folders([:]) == ["/var/spool/envoy", "/var/lib/heliograph", "/var/lib/heliograph/certificate"])
        #expect(folders(["data": ["d"]]) == ["d/spool", "d", "d/certificate"])
        #expect(folders(["data": ["d"], "spool": ["/s"]]) == ["/s", "d", "d/certificate"])
    }

    @Test(arguments: ["[192.168.1.2, \"fe80::1\"]", "\n  - 192.168.1.2\n  - fe80::1", "192.168.1.2, fe80::1"])
    func `devices are a list in any of YAML's ways`(_ value: String) {
        var reader = SettingsReader(flags: [:], environment: [:], file: ("f", "envoy: \(value)\n"))
        #expect(Settings(from: &reader).envoys.map(\.description) == ["192.168.1.2", "fe80::1"])
        #expect(reader.problems == [])
    }

    @Test func `devices may be repeated as flags and separated by commas in the environment`() throws {
        let options = try SettingsOptions.parse(["--envoy", "192.168.1.2", "--envoy", "fe80::1"])
        var flags = SettingsReader(flags: options.flags, environment: [:], file: nil)
        var environment = SettingsReader(flags: [:], environment: ["HELIOGRAPH_ENVOY": "192.168.1.2,fe80::1"], file: nil)
        #expect(Settings(from: &flags).envoys.map(\.description) == ["192.168.1.2", "fe80::1"])
        #expect(Settings(from: &flags).envoys == Settings(from: &environment).envoys)
    }

    @Test func `an empty environment variable counts as not set`() {
        var reader = SettingsReader(flags: [:], environment: ["HELIOGRAPH_LISTEN": ""], file: nil)
        #expect(Settings(from: &reader).listen == SettingTable.listen.defaultValue)
        #expect(reader.problems == [])
    }
}
