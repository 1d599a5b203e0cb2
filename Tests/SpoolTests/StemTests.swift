import Foundation
import Spool
import TestSupport
import Testing

@Suite("A stem names an exchange")
struct StemTests {
    @Test("It is the local time of arrival and six random letters or digits, and reads back as itself")
    func form() throws {
        var random = SeededRandom(4)
        for seconds in [0, 1_329_901_381, 4_102_444_800] {
            let stem = Stem(arrivedAt: seconds, using: &random)
            let form = DateFormatter()
            form.locale = Locale(identifier: "en_US_POSIX")
            form.dateFormat = "yyyy-MM-dd'T'HH:mm:ss"
            #expect(stem.description.hasPrefix(form.string(from: Date(timeIntervalSince1970: Double(seconds))) + "-"))
            #expect(stem.description.count == 26)
            #expect(stem.arrivalTimestamp == seconds)
            #expect(Stem(fileName: "\(stem).request") == stem)
            #expect(Stem(fileName: "\(stem)") == stem)
        }
    }

    @Test("A year past 9999 or before 1 has no room, and must not crash")
    func absurdTimes() {
        var random = SeededRandom(4)
        for seconds in [Int.max, Int.min, 1 << 60, -62_200_000_000] { _ = Stem(arrivedAt: seconds, using: &random) }
    }

    @Test("Two exchanges of the same second differ")
    func differ() {
        var random = SeededRandom(5)
        #expect(Set((0..<1000).map { _ in Stem(arrivedAt: 0, using: &random) }).count == 1000)
    }

    @Test(
        "What is not of that form is no stem",
        arguments: [
            "", ".", ".lock", "README", "2012-02-22T09:03:01-0j1FF.request", "2012-02-22T09:03:01-0j1FFss.request",
            "2012-02-22 09:03:01-0j1FFs",
            "2012-02-22T09:03:01_0j1FFs", "2012-02-22T09:03:01-0j1F/s", "2012-02-22T09:03:01-0j1FFé", "٢٠١٢-02-22T09:03:01-0j1FFs",
            ".2012-02-22T09:03:01-0j1FFs.request.partial", "2012-02-22T09:03:01-0j1FFs ",
        ])
    func otherNames(name: String) { #expect(Stem(fileName: name) == nil) }
}
