import Archive
import Foundation
import Spool
import SystemPackage
import TestSupport
import Testing

@testable import Simulator
@testable import heliograph

@Suite(.timeLimit(.minutes(10))) struct ReplayTests {
    private let folder: TemporaryFolder
    private var data: URL { folder.file("data") }
    private var spool: FilePath { FilePath(data.path).appending("spool") }

    init() throws { folder = try TemporaryFolder() }

    /// A spool with 40 captures in `processed`, 10 that still wait, and 30 imported reports; and all of them in order.
    private func fill() async throws -> [EnvoyReport] {
        var summer = ReportsOfASummer(panels: 2)
        for _ in 0..<100 { _ = summer.next() }
        let reports = (0..<80).map { _ in summer.next() }
        for (index, report) in reports.prefix(30).enumerated() { try write(Array(report.xml.utf8), "old/\(1000 + index).xml") }
        _ = try await takeIn("import", folder.file("old").path, data: data)

        let directory = try SpoolDirectory(spool)
        var random = SeededRandom(3)
        for report in reports.dropFirst(30).prefix(40) { try await keep(report, directory, &random) }
        try directory.file(directory.settled().map { ($0, Array("<x/>".utf8)) })
        for report in reports.dropFirst(70) { try await keep(report, directory, &random) }
        return reports
    }

    private func keep(_ report: EnvoyReport, _ directory: SpoolDirectory, _ random: inout SeededRandom) async throws {
        try await keep(request: report.request(), at: report.timestampSeconds + 1, directory, &random)
    }

    private func keep(request: [UInt8], at timestamp: Int, _ directory: SpoolDirectory, _ random: inout SeededRandom) async throws {
        let stem = Stem(arrivedAt: timestamp, tick: 0, using: &random)
        for (file, bytes) in [(ExchangeFile.request, request), (.response, Array("HTTP/1.1 200 OK\r\n\r\n".utf8))] {
            var draft = directory.draft(file, of: stem)
            try await draft.append(bytes)
            _ = try await directory.commit(draft)
        }
    }

    @Test func `captures filed, captures waiting and imported reports give the archive again`() async throws {
        let reports = try await fill()
        let trial = try await takeIn("replay", "--dry-run", data: data)
        #expect(trial.imported == 80)
        let summary = try await takeIn("replay", data: data)
        #expect((summary.imported, summary.rejected, summary.rowsKnown) == (80, 0, 0))
        #expect(try await digest(below: data) == liveDigest(reports, in: folder))
        try FileManager.default.removeItem(at: data.appending(path: "archive.sqlite"))
        _ = try await takeIn("replay", data: data)
        #expect(try await digest(below: data) == liveDigest(reports, in: folder))
        // As the service names them: what it finds in the root later is known.
        let reader = try await ArchiveReader.open(data.appending(path: "archive.sqlite").path)
        let stem = try #require(names(in: data.appending(path: "spool")).compactMap { Stem(fileName: $0) }.first)
        #expect(try await reader.knownSources(among: [stem.description, "other"]) == [stem.description])
        try await reader.close()
    }

    @Test func `what was rejected and can be read by now comes in, and goes back among what waits; the rest is no news`() async throws {
        let reports = try await fill()
        let (readable, junk) = try await rejected()
        #expect(try await takeIn("replay", "--dry-run", data: data).imported == 80)
        #expect(names(in: data.appending(path: "spool/rejected")).count == 6)
        let finished = try await run()
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(
            finished.text.contains("  80 reports archived: ")
                && finished.text.contains("\n  1 in rejected/ as before: they still can't be read"), "\(finished.text)")
        #expect(try await digest(below: data) == liveDigest(reports, in: folder))
        #expect(Set(names(in: data.appending(path: "spool/rejected"))) == Set(["request", "response", "reason"].map { "\(junk).\($0)" }))
        let root = names(in: data.appending(path: "spool"))
        #expect(root.contains("\(readable).request") && root.contains("\(readable).response") && !root.contains("\(readable).reason"))
    }

    /// Rejects one of the captures that wait, and one more that can't be read.
    private func rejected() async throws -> (readable: Stem, junk: Stem) {
        let directory = try SpoolDirectory(spool)
        let waiting = try directory.settled()
        let readable = try #require(waiting.last)
        var random = SeededRandom(4)
        try await keep(
            request: Array("POST /emu_reports/performance_report HTTP/1.1\r\nContent-Length: 3\r\n\r\n<a>".utf8), at: 1_400_000_000,
            directory, &random)
        let junk = try #require(try directory.settled().first { exchange in !waiting.contains { $0.stem == exchange.stem } })
        for exchange in [readable, junk] { try directory.reject(exchange, reason: "made up") }
        return (readable.stem, junk.stem)
    }

    @Test func `while heliograph runs on the spool it is refused`() async throws {
        _ = try await fill()
        let before = try await digest(below: data)
        let directory = try SpoolDirectory(spool)
        let refused = try await run()
        #expect(refused.status == 1)
        #expect(refused.errors.hasPrefix("error: heliograph is running on \(spool)\nhint: stop it first"))
        withExtendedLifetime(directory) {}
        #expect(try await digest(below: data) == before)
    }

    @Test func `an archive that would become smaller stays, unless that is accepted`() async throws {
        _ = try await fill()
        _ = try await takeIn("replay", data: data)
        let before = try await digest(below: data)
        try FileManager.default.removeItem(at: data.appending(path: "spool/imported"))
        let refused = try await run()
        #expect(refused.status == 1)
        #expect(refused.errors.contains("--accept-loss"))
        #expect(try await digest(below: data) == before)
        #expect(try await takeIn("replay", "--accept-loss", data: data).imported == 50)
        #expect(try await digest(below: data) != before)
    }

    @Test func `an empty spool replaces nothing, and ctrl-c leaves the old archive`() async throws {
        _ = try await fill()
        let before = try await digest(below: data)
        let empty = folder.file("empty")
        try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
        let refused = try await run("--spool", empty.path)
        #expect(refused.errors.hasPrefix("error: the spool holds no report\n"))
        #expect(!names(in: data).contains { $0.contains("rebuild") })
        #expect(try await digest(below: data) == before)
        // It is told to stop as soon as it listens, before it has begun.
        let program = try Program(Program.built("heliograph"), ["replay", "--data", data.path])
        while program.isRunning, !listensForStop(program) { await Task.yield() }
        program.send(SIGINT)
        #expect(await program.end() == 1)
        #expect(program.errors.value.text.hasPrefix("error: stopped before the end\nhint: the archive is as it was"))
        #expect(!names(in: data).contains { $0.contains("rebuild") })
        #expect(try await digest(below: data) == before)
        #expect(try await takeIn("replay", data: data).imported == 80)
        #expect(try await digest(below: data) != before)
    }

    /// Puts another report in the place of an imported one's copy.
    private func exchangeCopy() throws {
        let imported = data.appending(path: "spool/imported")
        let first = try #require(names(in: imported).first { !$0.hasPrefix(".") })
        let file = try #require(names(in: imported.appending(path: first)).first)
        var summer = ReportsOfASummer(seed: 99)
        try Data(gzipped(Array(summer.next().xml.utf8))).write(to: imported.appending(path: "\(first)/\(file)"))
    }

    /// Whether a program catches SIGINT by now (proc(5), SigCgt).
    private func listensForStop(_ program: Program) -> Bool {
        // A process that is gone has no such file.
        let status = (try? String(contentsOfFile: "/proc/\(program.processIdentifier)/status", encoding: .utf8)) ?? ""
        let mask = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t").last
        return mask.flatMap { UInt64($0, radix: 16) }.map { $0 & 1 << UInt64(SIGINT - 1) != 0 } ?? false
    }

    @Test func `a replay that fails leaves nothing of its own beside the old archive`() async throws {
        _ = try await fill()
        let before = try await digest(below: data)
        try exchangeCopy()
        let program = try await run("--rejected", "/dev/full")
        #expect(program.status == 1)
        #expect(program.errors == "error: can't write /dev/full: no space left on device\nhint: name another file with --rejected\n")
        #expect(!names(in: data).contains { $0.contains("rebuild") || $0.contains(".new-") })
        #expect(try await digest(below: data) == before)
    }

    @Test func `an archive with a damaged page is made anew, and what it could not give is told`() async throws {
        let reports = try await fill()
        let archive = data.appending(path: "archive.sqlite").path
        let writer = try await ArchiveWriter.open(archive)
        try await writer.moveCursor("mqtt", to: 5)
        try await writer.close()
        let spoil = """
            import sqlite3, sys
            c = sqlite3.connect(sys.argv[1])
            page = c.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_interval_1'").fetchone()[0]
            size = c.execute("PRAGMA page_size").fetchone()[0]
            c.close()
            with open(sys.argv[1], "r+b") as f:
                f.seek((page - 1) * size)
                f.write(b"f" * size)
            """
        #expect(Program.succeeds("python3", ["-c", spoil, archive]))
        let finished = try await run()
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(finished.text.contains("\nthe old archive was too damaged to take over how far outputs have come: "), "\(finished.text)")
        #expect(try await digest(below: data) == liveDigest(reports, in: folder))
        let reader = try await ArchiveReader.open(archive)
        #expect(try await reader.cursors() == ["mqtt": 5])
        try await reader.close()
    }

    @Test func `a copy that was exchanged is refused`() async throws {
        _ = try await fill()
        try exchangeCopy()
        let summary = try await takeIn("replay", "--accept-loss", data: data, status: 1)
        #expect(summary.rejections.map(\.reason) == ["its content is not what its name says"])
    }

    private func run(_ arguments: String...) async throws -> Program.Finished {
        try await Program.run(Program.built("heliograph"), ["replay", "--data", data.path] + arguments)
    }

    private func write(_ bytes: [UInt8], _ name: String) throws {
        try FileManager.default.createDirectory(at: folder.file(name).deletingLastPathComponent(), withIntermediateDirectories: true)
        try folder.write(bytes, to: name)
    }
}
