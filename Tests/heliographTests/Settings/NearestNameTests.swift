import Testing

@testable import heliograph

@Suite struct NearestNameTests {
    private let known = ["listen", "listen-plain", "limits.idle", "upstream", "upstream-ca"]

    @Test(arguments: [
        ("lissen", "listen"), ("ilsten", "listen"), ("LISTEN", "listen"), ("listen_plain", "listen-plain"), ("upstrem-ca", "upstream-ca"),
        ("limit.idle", "limits.idle"),
    ])
    func `a mistyped name finds the one that was meant`(_ typed: String, _ meant: String) {
        #expect(NearestName.of(typed, among: known) == meant)
    }

    @Test(arguments: ["", "x", "mqtt-broker", "stenli"])
    func `a name far from all finds none`(_ typed: String) {
        #expect(NearestName.of(typed, among: known) == nil)
    }

    @Test(arguments: [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("abc", "acb", 1), ("kitten", "sitting", 3)])
    func `the distance counts edits`(_ left: String, _ right: String, _ edits: Int) {
        #expect(NearestName.distance(Array(left.utf8), Array(right.utf8)) == edits)
    }
}
