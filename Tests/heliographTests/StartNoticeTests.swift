import Testing

@testable import heliograph

@Suite struct StartNoticeTests {
    @Test(arguments: ["forward", "shield"])
    func `who has no Envoy is not led to send made-up reports to Enphase`(cloud: String) {
        let lines = notice(["cloud": [cloud]])
        #expect(lines.contains { $0.hasPrefix("without one:") && $0.contains("`--cloud answer` added") })
    }

    @Test(arguments: [["cloud": ["answer"]], ["cloud": ["off"]], ["upstream": ["https://127.0.0.1:4443"]]])
    func `where nothing reaches Enphase the made-up Envoy is offered at once`(flags: [String: [String]]) throws {
        let lines = notice(flags)
        let place = try #require(lines.firstIndex { $0 == "without one:      in another terminal, run" })
        #expect(lines[place + 1] == "                  ./heliograph simulate envoy --to https://127.0.0.1:4430 --speed 300")
    }

    private func notice(_ flags: [String: [String]]) -> [Substring] {
        var reader = SettingsReader(flags: flags, environment: [:], file: nil)
        let settings = Settings(from: &reader)
        return StartNotice(listening: ["0.0.0.0:4430"], settings: settings, program: "./heliograph").text.split(separator: "\n")
    }
}
