import Testing

@testable import heliograph

@Suite struct SampleFileTests {
    /// The sample with every setting in force.
    static let uncommented = SampleFile.text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        let indent = line.prefix { $0 == " " }
        let rest = line.dropFirst(indent.count)
        return rest.hasPrefix("#") && !rest.hasPrefix("# ") ? indent + rest.dropFirst() : line
    }.joined(separator: "\n")

    @Test func `the sample sets nothing and has no problems`() {
        var reader = SettingsReader(flags: [:], environment: [:], file: ("sample.yaml", SampleFile.text))
        _ = Settings(from: &reader)
        #expect(reader.problems == [])
        #expect(reader.findings.allSatisfy { $0.source == .builtIn })
    }

    @Test func `every setting of the sample may be put in force as it stands`() {
        var reader = SettingsReader(flags: [:], environment: [:], file: ("sample.yaml", Self.uncommented))
        _ = Settings(from: &reader)
        #expect(reader.problems == [])
        for finding in reader.findings {
            guard case .file("sample.yaml", let line) = finding.source else {
                Issue.record("\(finding.name) is not in the sample")
                continue
            }
            let text = Self.uncommented.split(separator: "\n", omittingEmptySubsequences: false)[line - 1]
            #expect(text.contains("\(finding.name.split(separator: ".").last ?? ""):"))
        }
    }

    @Test func `the sample explains every setting`() {
        let flowing = SampleFile.text.split(whereSeparator: \.isWhitespace).filter { $0 != "#" }.joined(separator: " ")
        for setting in SettingTable.all {
            #expect(!setting.help.isEmpty && setting.help.hasSuffix("."))
            #expect(flowing.contains(setting.help) && flowing.contains(setting.accepts))
        }
    }
}
