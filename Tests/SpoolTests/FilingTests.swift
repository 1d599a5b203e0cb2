import Foundation
import Spool
import SystemPackage
import TestSupport
import Testing

@Suite("Exchanges that have been read leave the root for processed/ or rejected/", .timeLimit(.minutes(10)))
struct FilingTests {
    private let folder: TemporaryFolder
    private let spool: SpoolDirectory
    private var root: URL { folder.file("spool") }

    init() throws {
        folder = try TemporaryFolder()
        spool = try SpoolDirectory(FilePath(folder.path).appending("spool"))
    }

    /// Puts an exchange into the root.
    private func settle(_ stem: String, request: [UInt8], response: [UInt8] = [7], incomplete: [UInt8]? = nil) throws {
        try Data(request).write(to: root.appending(path: "\(stem).request"))
        try Data(response).write(to: root.appending(path: "\(stem).response"))
        if let incomplete { try Data(incomplete).write(to: root.appending(path: "\(stem).incomplete")) }
    }

    private func visible(_ path: String = "") -> [String] { names(in: root.appending(path: path)).filter { !$0.hasPrefix(".") } }

    @Test(
        "Each file is there afterwards, compressed, of whatever size, by day of arrival; the root is empty",
        arguments: [0, 1, 65_536, 65_537, 3_000_000])
    func processed(size: Int) throws {
        var random = SeededRandom(UInt64(size))
        let request = random.bytes(size)
        try settle("2012-02-22T09:03:01-0j1FFs", request: request, incomplete: [9, 9])
        try settle("2012-02-23T00:00:00-aaaaaa", request: [1])
        try spool.file(try spool.settled().map { ($0, $0.stem.day == "2012-02-22" ? Array("<x/>".utf8) : nil) })
        #expect(visible() == ["processed"])
        #expect(visible("processed") == ["2012-02-22", "2012-02-23"])
        let first = ["incomplete", "request", "response", "xml"].map { "2012-02-22T09:03:01-0j1FFs.\($0).gz" }
        #expect(visible("processed/2012-02-22") == first)
        #expect(visible("processed/2012-02-23") == ["request", "response"].map { "2012-02-23T00:00:00-aaaaaa.\($0).gz" })
        let contents = try first.map { try gunzipped(root.appending(path: "processed/2012-02-22/\($0)")) }
        #expect(contents == [[9, 9], request, [7], Array("<x/>".utf8)])
        #expect(names(in: root.appending(path: "processed/2012-02-22")).allSatisfy { !$0.hasSuffix(".partial") })
    }

    @Test("gzip reads what was written")
    func outsideReader() async throws {
        try settle("2012-02-22T09:03:01-0j1FFs", request: Array("POST / HTTP/1.1\r\n\r\n".utf8))
        try spool.file(try spool.settled().map { ($0, nil) })
        let file = root.appending(path: "processed/2012-02-22/2012-02-22T09:03:01-0j1FFs.request.gz").path(percentEncoded: false)
        let read = try await Program.run("gzip", ["-dc", file])
        #expect(read.status == 0 && read.output == Array("POST / HTTP/1.1\r\n\r\n".utf8))
    }

    @Test("A rejected exchange stays as it came, with the reason beside it")
    func rejected() throws {
        try settle("2012-02-22T09:03:01-0j1FFs", request: [1, 2, 3])
        try spool.reject(try #require(try spool.settled().first), reason: "it is not a report")
        #expect(visible() == ["rejected"])
        #expect(visible("rejected") == ["reason", "request", "response"].map { "2012-02-22T09:03:01-0j1FFs.\($0)" })
        #expect(try bytes(of: root.appending(path: "rejected/2012-02-22T09:03:01-0j1FFs.request")) == [1, 2, 3])
        #expect(try bytes(of: root.appending(path: "rejected/2012-02-22T09:03:01-0j1FFs.reason")) == Array("it is not a report\n".utf8))
    }

    @Test("What an interrupted filing left is finished: half a file is made anew, a whole one stays as it is")
    func again() throws {
        try settle("2012-02-22T09:03:01-0j1FFs", request: [1, 2, 3])
        let day = root.appending(path: "processed/2012-02-22")
        try FileManager.default.createDirectory(at: day, withIntermediateDirectories: true)
        try Data("half".utf8).write(to: day.appending(path: ".2012-02-22T09:03:01-0j1FFs.request.gz.partial"))
        try Data("whole".utf8).write(to: day.appending(path: "2012-02-22T09:03:01-0j1FFs.response.gz"))
        try spool.file(try spool.settled().map { ($0, nil) })
        #expect(names(in: day) == ["2012-02-22T09:03:01-0j1FFs.request.gz", "2012-02-22T09:03:01-0j1FFs.response.gz"])
        #expect(try gunzipped(day.appending(path: "2012-02-22T09:03:01-0j1FFs.request.gz")) == [1, 2, 3])
        #expect(try bytes(of: day.appending(path: "2012-02-22T09:03:01-0j1FFs.response.gz")) == Array("whole".utf8))
        #expect(visible() == ["processed"])
    }

    @Test("Where the new place can't be written to, everything stays in the root, and goes when it can")
    func noPlace() throws {
        try settle("2012-02-22T09:03:01-0j1FFs", request: [1, 2, 3])
        try Data().write(to: root.appending(path: "processed"))
        #expect(throws: SpoolError.self) { try spool.file(try spool.settled().map { ($0, nil) }) }
        #expect(visible() == ["2012-02-22T09:03:01-0j1FFs.request", "2012-02-22T09:03:01-0j1FFs.response", "processed"])
        try FileManager.default.removeItem(at: root.appending(path: "processed"))
        try spool.file(try spool.settled().map { ($0, nil) })
        #expect(visible() == ["processed"])
    }

    @Test("Only a settled exchange is given out")
    func settled() throws {
        try settle("2012-02-22T09:03:02-bbbbbb", request: [1])
        try settle("2012-02-22T09:03:01-cccccc", request: [1])
        try Data([1]).write(to: root.appending(path: "2012-02-22T09:03:00-aaaaaa.request"))
        #expect(try spool.settled().map(\.stem.description) == ["2012-02-22T09:03:01-cccccc", "2012-02-22T09:03:02-bbbbbb"])
    }

    @Test("The first by name are given out, however many there are")
    func firstOnes() throws {
        for second in 0..<60 { try settle("2012-02-22T09:03:\(second < 10 ? "0" : "")\(second)-aaaaaa", request: [1]) }
        try Data([1]).write(to: root.appending(path: "2012-02-22T09:02:00-aaaaaa.response"))
        #expect(try spool.settled(atMost: 7).map(\.stem.description) == (0..<7).map { "2012-02-22T09:03:0\($0)-aaaaaa" })
        #expect(try spool.settled().count == 60)
    }

    private func fill(_ days: [String]) throws {
        for day in days {
            try settle("\(day)T09:03:01-0j1FFs", request: [1])
        }
        try spool.file(try spool.settled().map { ($0, nil) })
    }

    @Test("Days before the first that is asked for are removed, never the newest, and nothing of anybody else's")
    func retention() throws {
        try fill(["2012-02-21", "2012-02-22", "2012-02-23", "2012-02-24"])
        try Data().write(to: root.appending(path: "processed/2012-02-21/notes.txt"))
        #expect(try spool.apply(Retention(firstDay: nil, leaveFreeBytes: nil)).days == [])
        #expect(
            try spool.apply(Retention(firstDay: "2099-12-01", liveDay: "2099-12-24", leaveFreeBytes: nil)).days == [],
            "a clock that is years ahead makes nothing old")
        let removal = try spool.apply(Retention(firstDay: "2012-02-23", liveDay: "2012-02-24", leaveFreeBytes: nil))
        #expect(removal.days == ["2012-02-21", "2012-02-22"] && removal.files == 4)
        #expect(visible("processed") == ["2012-02-21", "2012-02-23", "2012-02-24"])
        #expect(visible("processed/2012-02-21") == ["notes.txt"])
        #expect(try spool.apply(Retention(firstDay: "2030-01-01", leaveFreeBytes: nil)).files == 2)
        #expect(visible("processed") == ["2012-02-21", "2012-02-24"])
    }

    @Test("For room on the disk the oldest days go, and no more than is needed")
    func room() throws {
        try fill(["2012-02-21", "2012-02-22", "2012-02-23"])
        #expect(try spool.apply(Retention(firstDay: nil, leaveFreeBytes: 1)).days == [], "there is a byte free")
        #expect(try spool.apply(Retention(firstDay: nil, leaveFreeBytes: .max)).days == ["2012-02-21", "2012-02-22"])
        #expect(visible("processed") == ["2012-02-23"], "the newest day stays, however full the disk")
    }
}
