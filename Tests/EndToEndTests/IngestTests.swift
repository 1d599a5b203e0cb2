import Archive
import Foundation
import Simulator
import TestSupport
import Testing

@Suite("What was captured comes into the archive, once, and out of the way", .timeLimit(.minutes(10)))
struct IngestTests {
    private static func archive(_ house: House) -> URL { house.folder.file("data/archive.sqlite") }

    /// The files in the spool's root that have a final name.
    private static func root(_ house: House) -> [String] {
        names(in: house.proxy.spool).filter { !$0.hasPrefix(".") && !["processed", "rejected"].contains($0) }
    }

    @Test("A report is in the archive, and its files compressed below its day, soon after its reply")
    func soon() async throws {
        let reports = ReportSeries.make(1)
        try await withHouse { house async throws in
            let expected = try await ReportSeries.digest(reports, in: house.folder.file("expected.sqlite"))
            let reply = try await house.post(try reports[0].request())
            let began = ContinuousClock.now
            #expect(try await eventually { Self.root(house).isEmpty })
            // A figure, and no limit: other tests have the machine, too.
            print("a report was in the archive and filed \(ContinuousClock.now - began) after its reply (goal: a second)")
            let stem = try #require(house.proxy.stems.first)
            let day = house.proxy.spool.appending(path: "processed/\(stem.prefix(10))")
            #expect(names(in: day) == ["request", "response", "xml"].map { "\(stem).\($0).gz" })
            #expect(try await house.proxy.awaited("request") == reports[0].request())
            #expect(try await house.proxy.awaited("xml") == Array(reports[0].xml.utf8))
            #expect(try await house.proxy.awaited("response") == reply.bytes)
            #expect(try await ReportSeries.digest(of: Self.archive(house)) == expected)
        }
    }

    @Test("What can't be read goes to rejected/ with the reason, and the next one is none the worse")
    func rejected() async throws {
        try await withHouse { house async throws in
            let bad = NumberedRequest.bytes(body: Array("no zlib".utf8), path: "/emu_reports/performance_report")
            _ = try await house.post(bad)
            _ = try await house.post(PostedReport.any.request)
            #expect(try await eventually { Self.root(house).isEmpty })
            let found = names(in: house.proxy.spool.appending(path: "rejected"))
            #expect(found.map { $0.split(separator: ".").last } == ["reason", "request", "response"])
            let reason = try bytes(of: house.proxy.spool.appending(path: "rejected/\(found[0])"))
            #expect(
                String(decoding: reason, as: UTF8.self) == "looking for XML in the body: it is neither XML, nor compressed, nor a form\n")
            #expect(house.proxy.processedStems.count == 1)
        }
    }

    @Test("A file that can't be read, and a report that the archive refuses, hold up no other")
    func holdingUp() async throws {
        let reports = ReportSeries.make(12)
        try await withHouse(.normal, ["--ingest", "off"]) { house async throws in
            for report in reports { _ = try await house.post(try report.request()) }
            _ = try await house.proxy.awaited(reports.count, "response")
            #expect(await house.proxy.stop() == 0)
            let stems = house.proxy.stems.sorted()
            // Nobody can read a folder as a file, and this archive takes no report of one name.
            let unreadable = house.proxy.spool.appending(path: "\(stems[1]).request")
            try FileManager.default.removeItem(at: unreadable)
            try FileManager.default.createDirectory(at: unreadable, withIntermediateDirectories: false)
            let archive = Self.archive(house).path(percentEncoded: false)
            try await ArchiveWriter.open(archive).close()
            let trigger =
                "CREATE TRIGGER no BEFORE INSERT ON report WHEN NEW.source = '\(stems[6])' BEGIN SELECT RAISE(ABORT, 'not this one'); END"
            let sqlite = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
            #expect(Program.succeeds("/usr/bin/env", ["python3", "-c", sqlite, archive, trigger]))

            let again = try await Proxy.start(house.folder.file("data"), ["--cloud", "off"])
            #expect(try await eventually { again.processedStems.count == reports.count - 2 })
            #expect(await again.logs("captures wait to be archived"))
            #expect(again.lines(containing: "captures wait to be archived").first?.contains("\(stems[1]).request") == true)
            #expect(Set(again.stems.sorted()) == Set(stems))
            // What comes next does not wait for another try at it.
            let client = try EnvoyClient(host: "127.0.0.1", port: again.port, transport: .tls(.v1_2))
            let began = ContinuousClock.now
            for count in 1...5 {
                _ = try await client.send(PostedReport.any.request)
                #expect(try await eventually { again.processedStems.count == reports.count - 2 + count })
            }
            #expect(ContinuousClock.now - began < .seconds(100), "no pause of half a minute between them")
            #expect(again.lines(containing: "captures wait to be archived").count == 1)
            let rejected = house.proxy.spool.appending(path: "rejected")
            #expect(names(in: rejected) == ["\(stems[6]).reason", "\(stems[6]).request", "\(stems[6]).response"])
            let reason = String(decoding: try bytes(of: rejected.appending(path: "\(stems[6]).reason")), as: UTF8.self)
            #expect(reason.contains("it is refused: not this one"))
            #expect(await again.stop() == 0)
        }
    }

    @Test(
        "When the disk runs full while it runs, the oldest day goes at once, and the report is taken in",
        .enabled(if: SmallDisk.isPossible, "a tmpfs can't be mounted: not root"))
    func leaveFree() async throws {
        let disk = try await SmallDisk.mounted(mebibytes: 4)
        let processed = URL(filePath: disk.path).appending(path: "processed")
        for day in ["2012-02-21", "2012-02-22"] {
            let folder = processed.appending(path: day)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(count: 1 << 20).write(to: folder.appending(path: "\(day)T09:03:01-0j1FFs.request.gz"))
        }
        try await withHouse(.normal, ["--spool", disk.path, "--leave-free", "1MiB"]) { house async throws in
            _ = try await house.post(PostedReport.any.request)
            #expect(try await eventually { house.proxy.processedStems.count == 3 })
            try Data(count: 5 << 18).write(to: URL(filePath: disk.path).appending(path: "filler"))
            _ = try await house.post(PostedReport.any.request)
            #expect(try await eventually { !names(in: processed).contains("2012-02-21") })
            #expect(await house.proxy.logs("removed old captures"))
            #expect(try await eventually { Self.root(house) == ["filler"] })
            #expect(names(in: processed).contains("2012-02-22"))
        }
        await disk.unmount()
    }

    @Test(
        "Where the archive's disk is full, nothing of it is left there by trying",
        .enabled(if: SmallDisk.isPossible, "a tmpfs can't be mounted: not root"))
    func noRoomForTheArchive() async throws {
        let disk = try await SmallDisk.mounted(kibibytes: 16)
        try await withHouse(.normal, ["--archive", "\(disk.path)/archive.sqlite"]) { house async throws in
            #expect(await house.proxy.logs("captures wait to be archived"))
            #expect(names(in: URL(filePath: disk.path)) == [])
            #expect(try await house.post(PostedReport.any.request).isSuccess)
        }
        await disk.unmount()
    }

    @Test("With ingest: off everything stays in the root; the next start with it on catches up")
    func off() async throws {
        let reports = ReportSeries.make(40)
        try await withHouse(.normal, ["--ingest", "off"]) { house async throws in
            for report in reports { _ = try await house.post(try report.request()) }
            _ = try await house.proxy.awaited(40, "response")
            #expect(await house.proxy.stop() == 0)
            #expect(Self.root(house).count == 80 && house.proxy.processedStems.isEmpty)
            #expect(try await ReportSeries.digest(of: Self.archive(house)) == nil)

            let again = try await Proxy.start(house.folder.file("data"), ["--cloud", "off"])
            #expect(try await eventually { Self.root(house).isEmpty })
            #expect(again.processedStems.count == 40)
            #expect(await again.stop() == 0)
            let expected = try await ReportSeries.digest(reports, in: house.folder.file("expected.sqlite"))
            #expect(try await ReportSeries.digest(of: Self.archive(house)) == expected)
            #expect(try await Self.sources(house) == again.stems, "in order of arrival")

            // What lies in processed/ is the same to a new archive.
            let elsewhere = house.folder.file("elsewhere")
            let imported = try await Program.run(
                Program.built("heliograph"), ["import", "--data", elsewhere.path, again.spool.appending(path: "processed").path])
            #expect(imported.status == 0 && imported.text.contains("\n  40 reports imported: "), "\(imported.text)\(imported.errors)")
            #expect(try await ReportSeries.digest(of: elsewhere.appending(path: "archive.sqlite")) == expected)
        }
    }

    /// Where the archive's reports are from, in the order in which it got them.
    private static func sources(_ house: House) async throws -> [String] {
        let reader = try await ArchiveReader.open(archive(house).path(percentEncoded: false))
        var sources: [String] = []
        for try await page in reader.reports() { sources += page.map(\.source) }
        try await reader.close()
        return sources
    }

    @Test("A damaged archive stays as it is, nothing of the spool is removed, and capturing goes on; replay mends it")
    func mending() async throws {
        let reports = ReportSeries.make(6)
        try await withHouse { house async throws in
            for report in reports.prefix(3) { _ = try await house.post(try report.request()) }
            #expect(try await eventually { Self.root(house).isEmpty })
            #expect(await house.proxy.stop() == 0)
            let archive = Self.archive(house)
            var bytes = try Data(contentsOf: archive)
            bytes.replaceSubrange(8_192..<bytes.count, with: Data(repeating: 0x66, count: bytes.count - 8_192))
            try bytes.write(to: archive)
            let old = house.proxy.spool.appending(path: "processed/2012-02-21")
            try FileManager.default.createDirectory(at: old, withIntermediateDirectories: true)
            let kept = old.appending(path: "2012-02-21T09:03:01-0j1FFs.request.gz")
            try Data(gzipped(NumberedRequest.bytes(body: [1]))).write(to: kept)

            let flags = House.flags(house.cloud, house.authority) + ["--keep-processed", "1d"]
            let again = try await Proxy.start(house.folder.file("data"), flags)
            #expect(await again.logs("captures wait to be archived"))
            let line = try #require(again.lines(containing: "captures wait to be archived").first)
            #expect(line.contains("it is damaged: ") && line.contains("make the archive again from the spool with `heliograph replay`"))
            let client = try EnvoyClient(host: "127.0.0.1", port: again.port, transport: .tls(.v1_2))
            for report in reports.dropFirst(3) { #expect(try await client.send(try report.request()).isSuccess) }
            _ = try await again.awaited(6 + 1, "request")
            let status = try await house.status()
            #expect(status.contains(", which can't be read: it is damaged: "))
            #expect(await again.stop() == 0)
            #expect(FileManager.default.fileExists(atPath: kept.path), "an archive is made again from it")
            #expect(try Data(contentsOf: archive) == bytes)

            let mended = try await house.heliograph("replay")
            #expect(mended.status == 0 && mended.text.contains("\n  6 reports archived: "), "\(mended.text)\(mended.errors)")
            let expected = try await ReportSeries.digest(reports, in: house.folder.file("expected.sqlite"))
            #expect(try await ReportSeries.digest(of: archive) == expected)
            let last = try await Proxy.start(house.folder.file("data"), flags)
            #expect(try await eventually { Self.root(house).isEmpty })
            #expect(await last.logs("removed old captures"))
            #expect(await last.stop() == 0)
        }
    }

    @Test("An archive that is damaged, or of another program, is left as it is; capturing goes on, and the log says what to do")
    func damagedArchive() async throws {
        try await withHouse(.normal, ["--archive", "/proc/self/exe"]) { house async throws in
            #expect(await house.proxy.logs("captures wait to be archived"))
            #expect(try await house.post(PostedReport.any.request).status == 200)
            #expect(try await house.proxy.awaited("response").count > 0)
            #expect(house.proxy.lines(containing: "captures wait to be archived").count == 1)
            #expect(house.proxy.lines(containing: "hint=").count == 1)
            #expect(Self.root(house).count == 2)
        }
    }

    /// `HELIOGRAPH_INGEST_KILLS` asks for more than the default.
    @Test("Killed at any moment and started again, it ends with each report once in the archive, and once in processed/")
    func killed() async throws {
        let seed = SeededRandom.seed()
        var random = SeededRandom(seed)
        let kills = ProcessInfo.processInfo.environment["HELIOGRAPH_INGEST_KILLS"].flatMap { Int($0) } ?? 25
        let reports = ReportSeries.make(kills * 12)
        try await withHouse(.normal, ["--ingest", "off"]) { house async throws in
            let client = try EnvoyClient(host: "127.0.0.1", port: house.proxy.port, transport: .tls(.v1_2))
            for report in reports { _ = try await client.send(try report.request()) }
            _ = try await house.proxy.awaited(reports.count, "response")
            #expect(await house.proxy.stop() == 0)
            var cutShort = 0
            for _ in 0..<kills {
                let before = house.proxy.processedStems.count
                let proxy = try await Proxy.start(house.folder.file("data"), ["--cloud", "off"])
                // A moment of the work, wherever it is then: the first files come some milliseconds after the start.
                _ = try await eventually(within: .seconds(5)) { proxy.processedStems.count > before || Self.root(house).isEmpty }
                try await Task.sleep(for: .microseconds(Int.random(in: 0...30_000, using: &random)))
                proxy.program.send(SIGKILL)
                _ = await proxy.program.end()
                if !Self.root(house).isEmpty { cutShort += 1 }
            }
            let last = try await Proxy.start(house.folder.file("data"), ["--cloud", "off"])
            #expect(try await eventually { Self.root(house).isEmpty })
            #expect(await last.stop() == 0)
            print("seed \(seed): \(cutShort) of \(kills) kills came in the midst of the work")
            #expect(cutShort > 0, "the kills fell outside of the work")
            let files = SpooledFile.all(in: house.proxy.spool)
            #expect(files.filter { $0.kind == "request" && $0.isProcessed }.count == reports.count)
            #expect(files.count == 3 * reports.count)
            #expect(Set(try files.filter { $0.kind == "xml" }.map { try $0.contents }) == Set(reports.map { Array($0.xml.utf8) }))
            let expected = try await ReportSeries.digest(reports, in: house.folder.file("expected.sqlite"))
            #expect(try await ReportSeries.digest(of: Self.archive(house)) == expected, "seed \(seed)")
        }
    }
}
