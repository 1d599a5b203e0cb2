import Archive
import Foundation
import Reports
import Spool
import SystemPackage
import TestSupport
import Testing

@testable import Simulator
@testable import heliograph

@Suite(.timeLimit(.minutes(importedFileCount > 600 ? 60 : 10))) struct ImportTests {
    private let folder: TemporaryFolder
    private var old: URL { folder.file("old") }
    private var data: URL { folder.file("data") }
    private var copies: URL { folder.file("data/spool/imported") }

    init() throws { folder = try TemporaryFolder() }

    @Test func `many files twice are the same as once, as live capture, and as a replay of their copies`() async throws {
        let count = importedFileCount
        let reports = try ReportsOfASummer.write(count, to: old)
        let program = try Program(Program.built("heliograph"), ["import", "--data", data.path, "--json", old.path])
        let memory = await peakMemory(of: program)
        let first = try JSONDecoder().decode(IntakeSummary.self, from: Data(program.output.value.bytes))
        #expect(await program.end() == 0)
        #expect(program.errors.value.bytes.isEmpty, "quiet in a pipe")
        #expect((first.imported, first.alreadyKnown, first.rejected) == (count, 0, 0))
        #expect(first.rowsNew == reports.reduce(0) { $0 + $1.rowCount })
        #expect(memory < 150 << 20, "\(memory >> 20) MiB")

        let digest = try await digest(below: data)
        let live = try await liveDigest(reports, in: folder)
        #expect(digest == live)
        let second = try await takeIn("import", old.path, data: data)
        #expect((second.imported, second.alreadyKnown, second.rowsNew) == (0, count, 0))
        #expect(try await self.digestNow() == live)

        let replayed = try await takeIn("replay", data: data)
        #expect((replayed.imported, replayed.rejected) == (count, 0))
        #expect(try await self.digestNow() == live)
    }

    @Test func `killed again and again, it ends with the same archive, and every report has its copy`() async throws {
        let reports = try ReportsOfASummer.write(600, to: old, panels: 2)
        var kills = 0
        for goal in [1, 100, 200, 300, 400] {
            let program = try Program(Program.built("heliograph"), ["import", "--data", data.path, old.path])
            while copyCount < goal, program.isRunning { try await Task.sleep(for: .milliseconds(1)) }
            if program.isRunning { kills += 1 }
            program.send(SIGKILL)
            _ = await program.end()
        }
        #expect(kills >= 3)
        let last = try await takeIn("import", old.path, data: data)
        #expect(last.imported + last.alreadyKnown == 600)
        let live = try await liveDigest(reports, in: folder)
        #expect(try await digestNow() == live)
        #expect(copyCount == 600)
        _ = try await takeIn("replay", data: data)
        #expect(try await digestNow() == live)
    }

    @Test func `a report that the archive refuses is rejected alone`() async throws {
        let reports = try ReportsOfASummer.write(100, to: old)
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        let archive = data.appending(path: "archive.sqlite").path
        try await ArchiveWriter.open(archive).close()
        let condition = "NEW.timestamp = \(reports[70].timestampSeconds)"
        let trigger = "CREATE TRIGGER no BEFORE INSERT ON report WHEN \(condition) BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        let sqlite = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
        #expect(Program.succeeds("python3", ["-c", sqlite, archive, trigger]))
        let summary = try await takeIn("import", old.path, data: data, status: 1)
        #expect((summary.imported, summary.rejected) == (99, 1))
        #expect(summary.rejections.map(\.reason) == ["it is refused: not this one"])
    }

    @Test func `an exchange's request and XML count once`() async throws {
        var summer = ReportsOfASummer()
        let report = summer.next()
        for form in EarlierForm.allCases { try write(form.file(of: report), "old/\(form)/\(form.name("a"))") }
        let summary = try await takeIn("import", old.path, data: data)
        #expect((summary.imported, summary.alreadyKnown) == (1, EarlierForm.allCases.count - 1))
        #expect(copyCount == 1)
    }

    @Test func `in a mixed tree each file is told apart, the sources stay as they were, and a circle of links ends`() async throws {
        var summer = ReportsOfASummer()
        let reports = (0..<3).map { _ in summer.next() }
        try write(Array(reports[0].xml.utf8), "old/deep/er/one.xml")
        try write(reports[1].request(), "old/no-suffix-at-all")
        try write(Array("HTTP/1.1 200 OK\r\n\r\n".utf8), "old/one.response")
        try write(Array("a letter".utf8), "old/letter.txt")
        try write([], "old/empty.xml")
        try write(Array(reports[2].xml.utf8.prefix(300)), "old/cut.xml")
        try write(Array(gzipped(Array(reports[2].xml.utf8)).prefix(100)), "old/cut.xml.gz")
        try write(gzipped([UInt8](repeating: UInt8(ascii: " "), count: 80 << 20)), "old/bomb.request.gz")
        try write(gzipped([UInt8](repeating: 0, count: 80 << 20)), "old/backup.tar.gz")
        try write(Array("<perf_report report_timestamp='1'></perf_report>".utf8), "old/nobody.xml")
        let links = [("old/deep/circle", ".."), ("old/self", "self"), ("old/linked.xml", "deep/er/one.xml"), ("old/gone.xml", "nowhere")]
        for (link, goal) in links {
            try FileManager.default.createSymbolicLink(atPath: folder.file(link).path, withDestinationPath: goal)
        }
        #expect(mkfifo(folder.file("old/pipe.xml").path, 0o600) == 0)
        let before = try contents(of: old)

        let list = folder.file("rejected.txt")
        let summary = try await takeIn("import", "--rejected", list.path, old.path, data: data, status: 1)
        #expect((summary.imported, summary.alreadyKnown, summary.replies, summary.others) == (2, 1, 1, 3))
        let reasons = Dictionary(uniqueKeysWithValues: summary.rejections.map { (URL(filePath: $0.file).lastPathComponent, $0.reason) })
        #expect(reasons["empty.xml"] == "it is empty")
        #expect(reasons["cut.xml"]?.contains("line ") == true, "\(summary.rejections)")
        #expect(reasons["cut.xml.gz"] == "its gzip stream is cut short")
        #expect(reasons["bomb.request.gz"] == "it holds more than the limit of 67108864 bytes")
        #expect(reasons["nobody.xml"] == "it names no Envoy")
        #expect(reasons["gone.xml"] == "it can't be read: no such file or directory")
        #expect(reasons["self"] == "it can't be read: too many levels of symbolic links")
        #expect(summary.rejected == 7)
        #expect(try String(contentsOf: list, encoding: .utf8).split(separator: "\n").count == 7)
        #expect(try contents(of: old) == before)
    }

    @Test func `names of any bytes are read, and shown without control characters`() async throws {
        var summer = ReportsOfASummer()
        try FileManager.default.createDirectory(at: old, withIntermediateDirectories: true)
        let names: [[UInt8]] = [[0xff, 0xfe, 0x2e, 0x78, 0x6d, 0x6c], Array("line\nbreak \u{1b}[31m.xml".utf8)]
        for name in names {
            let component = try #require(
                (name + [0]).map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { name in
                    name.baseAddress.flatMap { FilePath.Component(platformString: $0) }
                })
            let descriptor = try FileDescriptor.open(
                FilePath(old.path).appending(component), .writeOnly, options: .create, permissions: .ownerReadWrite)
            _ = try descriptor.closeAfter { try descriptor.writeAll(Array(summer.next().xml.utf8)) }
        }
        try write([], "old/bad\n\u{1b}[2J.xml")
        let summary = try await takeIn("import", old.path, data: data, status: 1)
        #expect((summary.imported, summary.rejected) == (2, 1))
        #expect(summary.rejections.first?.file.hasSuffix("bad\\n\\u{1B}[2J.xml") == true, "\(summary.rejections)")
    }

    @Test func `a trial writes nothing and counts the same`() async throws {
        _ = try ReportsOfASummer.write(300, to: old)
        let trial = try await takeIn("import", "--dry-run", old.path, data: data)
        #expect(!FileManager.default.fileExists(atPath: data.path))
        let real = try await takeIn("import", old.path, data: data)
        #expect((trial.imported, trial.rowsNew) == (real.imported, real.rowsNew))
        #expect(try await takeIn("import", "--dry-run", old.path, data: data).alreadyKnown == 300)
    }

    @Test func `without copies there are none; another import puts them there`() async throws {
        _ = try ReportsOfASummer.write(50, to: old)
        _ = try await takeIn("import", "--no-copy", old.path, data: data)
        #expect(copyCount == 0)
        let again = try await takeIn("import", old.path, data: data)
        #expect((again.imported, again.alreadyKnown) == (0, 50))
        #expect(copyCount == 50)
        let digest = try await digestNow()
        #expect(try await takeIn("replay", data: data).imported == 50)
        #expect(try await digestNow() == digest)
    }

    @Test func `what was captured here is known by its name, and gets no copy`() async throws {
        var summer = ReportsOfASummer()
        let (captured, other) = (summer.next(), summer.next())
        let stem = "2015-06-21T08:30:07-0j1FFs"
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        let writer = try await ArchiveWriter.open(data.appending(path: "archive.sqlite").path)
        let report = try Report.decode(xml: Array(captured.xml.utf8)).value
        try await writer.keep(report, from: Source(name: stem, receivedTimestamp: captured.timestampSeconds))
        try await writer.close()
        try write(gzipped(captured.request()), "old/\(stem).request.gz")
        try write(gzipped(Array(captured.xml.utf8)), "old/\(stem).xml.gz")
        // A capture of another proxy: the archive has none of that name.
        try write(gzipped(other.request()), "old/2015-06-21T08:35:07-0j1FFs.request.gz")
        let trial = try await takeIn("import", "--dry-run", old.path, data: data)
        #expect((trial.imported, trial.alreadyKnown) == (1, 2))
        let summary = try await takeIn("import", old.path, data: data)
        #expect((summary.imported, summary.alreadyKnown) == (1, 2))
        #expect(copyCount == 1)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can be in another user's house"), arguments: ["import", "replay"])
    func `root is refused in another user's house, unless root may do all`(verb: String) async throws {
        var summer = ReportsOfASummer()
        try write(Array(summer.next().xml.utf8), "old/one.xml")
        _ = try await takeIn("import", old.path, data: data)
        let archive = data.appending(path: "archive.sqlite").path
        let before = try await digestNow()
        // A user that has no name.
        #expect(chown(data.appending(path: "spool").path, 54_321, 54_321) == 0)
        let arguments = [verb, "--data", data.path] + (verb == "import" ? [old.path] : [])
        let refused = try await Program.run(Program.built("heliograph"), arguments, environment: ["HELIOGRAPH_ALLOW_ROOT": "no"])
        #expect(refused.status == 1)
        #expect(
            refused.errors == """
                error: \(data.path)/spool belongs to the user '#54321'
                hint: run it as that user: sudo -u '#54321' heliograph \(verb); where root runs all of it, say --allow-root yes

                """)
        #expect(try await digest(below: data) == before)
        #expect(FileManager.default.fileExists(atPath: archive))
        let allowed = try await Program.run(Program.built("heliograph"), arguments + ["--allow-root", "yes"])
        #expect(allowed.status == 0, "\(allowed.errors)")
    }

    @Test func `an empty folder and a path that isn't there end with status 1`() async throws {
        try FileManager.default.createDirectory(at: old, withIntermediateDirectories: true)
        #expect(try await takeIn("import", old.path, data: data, status: 1).files == 0)
        let missing = try await Program.run(Program.built("heliograph"), ["import", "--data", data.path, folder.file("nowhere").path])
        #expect(missing.status == 1)
        #expect(missing.errors == "error: can't read \(folder.file("nowhere").path): no such file or directory\nhint: check the path\n")
    }

    @Test func `two imports at once are refused, and a writer beside it takes turns`() async throws {
        let reports = try ReportsOfASummer.write(200, to: old)
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        let writer = try await ArchiveWriter.open(data.appending(path: "archive.sqlite").path)
        let claim = try ImportedCopies(spool: .init(data.path).appending("spool"))
        let refused = try await Program.run(Program.built("heliograph"), ["import", "--data", data.path, old.path])
        #expect(refused.errors.hasPrefix("error: another import writes to "))
        #expect(refused.status == 1)
        withExtendedLifetime(claim) {}
        _ = try await takeIn("import", "--no-copy", old.path, data: data)
        #expect(try await writer.reader.digest() == liveDigest(reports, in: folder))
        try await writer.close()
    }

    @Test func `the progress line says how far, how fast and how long still`() {
        #expect(
            ProgressLine.text("importing", 2_500, of: 10_000, after: .seconds(5))
                == "importing [#####...............] 25%, 2,500 of 10,000 files, 500/s, 15 s left")
        #expect(ProgressLine.text("importing", 10, of: 100_000, after: .seconds(1)).hasSuffix("10/s, 2 h 46 min left"))
        #expect(ProgressLine.text("importing", 0, of: 0, after: .zero) == "importing [####################] 100%, 0 of 0 files, 0/s")
    }

    private func digestNow() async throws -> String { try await digest(below: data) }

    private func write(_ bytes: [UInt8], _ name: String) throws {
        try FileManager.default.createDirectory(at: folder.file(name).deletingLastPathComponent(), withIntermediateDirectories: true)
        try folder.write(bytes, to: name)
    }

    private var copyCount: Int {
        names(in: copies).reduce(0) { sum, name in sum + names(in: copies.appending(path: name)).count { !$0.hasPrefix(".") } }
    }

    /// Each file's name with its length and time of change.
    private func contents(of folder: URL) throws -> [String: String] {
        var found: [String: String] = [:]
        for case let name as String in FileManager.default.enumerator(atPath: folder.path) ?? .init() {
            let facts = try FileManager.default.attributesOfItem(atPath: folder.appending(path: name).path)
            found[name] = "\(facts[.size] ?? 0) \(facts[.modificationDate] ?? 0)"
        }
        return found
    }

    /// The most memory that the program held until its end, bytes; 0 where the system does not tell.
    private func peakMemory(of program: Program) async -> Int {
        var peak = 0
        while program.isRunning {
            let status = (try? String(contentsOfFile: "/proc/\(program.processIdentifier)/status", encoding: .utf8)) ?? ""
            if let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }) {
                peak = max(peak, (Int(line.filter(\.isNumber)) ?? 0) << 10)
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        _ = await program.end()
        return peak
    }
}
