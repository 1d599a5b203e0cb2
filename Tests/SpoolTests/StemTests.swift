import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Spool

@Suite("A stem names an exchange")
struct StemTests {
    @Test("It is the local time of arrival and six letters or digits, and reads back as itself")
    func form() throws {
        var random = SeededRandom(4)
        for seconds in [0, 1_329_901_381, 4_102_444_800] {
            let stem = Stem(arrivedAt: seconds, tick: 0, using: &random)
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
        for seconds in [Int.max, Int.min, 1 << 60, -62_200_000_000] { _ = Stem(arrivedAt: seconds, tick: 0, using: &random) }
    }

    @Test("Exchanges of the same moment differ, and sort in order of arrival")
    func series() {
        let series = StemSeries { timespec(tv_sec: 1_329_901_381, tv_nsec: 999_000_000) }
        let stems = (0..<1000).map { _ in series.next().description }
        #expect(stems == stems.sorted() && Set(stems).count == 1000)
        #expect(Set(stems.map { $0.prefix(19) }).count == 2, "past the end of a second the next one begins")
    }

    @Test("Names go on where the clock is put right a little, and back where it is set back")
    func clockSetBack() {
        let nanoseconds = Mutex([(10, 500_000_000), (10, 500_004_000), (9, 600_000_000), (11, 0), (9, 0), (9, 999_999_999), (10, 0)])
        let series = StemSeries {
            let (second, nanosecond) = nanoseconds.withLock { $0.removeFirst() }
            return timespec(tv_sec: second, tv_nsec: nanosecond)
        }
        let stems = (0..<7).map { _ in series.next() }
        #expect(stems.map { $0.arrivalTimestamp } == [10, 10, 10, 11, 9, 9, 10])
        #expect(stems[..<4].map(\.description) == stems[..<4].map(\.description).sorted())
        #expect(stems[4...].map(\.description) == stems[4...].map(\.description).sorted())
    }

    @Test("The part of the second is in the name")
    func tick() {
        func suffix(_ tick: Int) -> Substring {
            var random = SeededRandom(5)
            return Stem(arrivedAt: 0, tick: tick, using: &random).description.dropFirst(20).prefix(3)
        }
        #expect([0, 1, 61, 62, 238_327].map(suffix) == ["000", "001", "00z", "010", "zzz"])
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
