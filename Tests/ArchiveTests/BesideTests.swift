import Foundation
import Reports
import Testing

@testable import Archive

@Suite("An archive that is open already can be opened beside it")
struct BesideTests {
    /// Whether another process may take the file for itself, as `replay` would.
    private func othersMayTake(_ path: String) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            "import sqlite3, sys; print(sqlite3.connect(sys.argv[1], timeout=0).execute('PRAGMA journal_mode=DELETE').fetchone()[0])", path,
        ]
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.contains("delete")
    }

    @Test("The writer keeps its hold on the file when a reader comes and goes")
    func locks() async throws {
        try await withFolder { folder in
            let path = folder.appending(path: "archive.db").path
            let writer = try await ArchiveWriter.open(path)
            try await writer.keep(report(), from: Source(name: "1", receivedTimestamp: 0))
            #expect(try !othersMayTake(path))
            let reader = try await ArchiveReader.open(path)
            _ = try await reader.status()
            #expect(try !othersMayTake(path))
            try await reader.close()
            let other = try await ArchiveWriter.openBeside(path)
            try await other.layRoof([RoofTile(equipment: "a.1", name: "n", x: 1, y: 2)], of: "121319000042")
            try await other.close()
            #expect(try !othersMayTake(path))
            // As whoever keeps reports does when its first attempt has failed, and others have the archive open.
            let again = try await ArchiveWriter.open(path)
            #expect(try !othersMayTake(path))
            try await again.close()
            #expect(try !othersMayTake(path))
            try await writer.keep(report(at: 1_436_650_000), from: Source(name: "2", receivedTimestamp: 0))
            try await writer.close()
            #expect(try othersMayTake(path))
        }
    }

    @Test("What is no archive is refused beside others, too")
    func refused() async throws {
        try await withFolder { folder in
            let path = folder.appending(path: "archive.db").path
            await #expect(throws: ArchiveError("opening", path, .missing)) { try await ArchiveReader.open(path) }
            try Data("nothing of the kind, but long enough to be looked at as if it were a database, and then some more text".utf8)
                .write(to: URL(filePath: path))
            await #expect(throws: ArchiveError("opening", path, .notADatabase)) { try await ArchiveReader.open(path) }
            await #expect(throws: ArchiveError("opening", path, .notADatabase)) { try await ArchiveWriter.openBeside(path) }
        }
    }

    @Test("The roof's layout outlasts an archive that is made anew")
    func roofStays() async throws {
        try await withFolder { folder in
            let path = folder.appending(path: "archive.db").path
            let writer = try await ArchiveWriter.open(path)
            let tiles = [RoofTile(equipment: "a.1", name: "top", x: 10, y: 20, isLandscape: true), RoofTile(equipment: "b.1", x: 0, y: 0)]
            try await writer.layRoof(tiles, of: "1")
            try await writer.layRoof(Array(tiles.prefix(1)), of: "2")
            try await writer.close()
            let rebuild = try await ArchiveRebuild.begin(path)
            try await rebuild.finish()
            let reader = try await ArchiveReader.open(path)
            #expect(try await reader.roof(of: "1") == tiles)
            #expect(try await reader.roof(of: "2") == Array(tiles.prefix(1)))
            try await reader.close()
        }
    }

    @Test("Power spreads each interval's energy over its time, and none is lost or doubled")
    func power() async throws {
        try await withArchive { archive in
            let start = 1_436_616_000
            func interval(_ panel: String, end: Int, seconds: Int, joules: Int) -> Interval {
                var interval = Interval(id: end, equipment: panel, endTimestamp: end, durationSeconds: seconds)
                interval.joules = joules
                return interval
            }
            let intervals = [
                interval("a.1", end: start + 300, seconds: 300, joules: 3_000),
                interval("b.1", end: start + 300, seconds: 300, joules: 6_000),
                interval("a.1", end: start + 7_800, seconds: 3_600, joules: 36_000),
                interval("b.1", end: start + 1_000, seconds: 500, joules: 5_000),
            ]
            try await archive.keep(report(intervals: intervals), from: Source(name: "1", receivedTimestamp: 0))
            let all = try await archive.reader.power(of: "121319000042", in: start..<start + 9_000)
            #expect(all.first == PowerStep(startTimestamp: start, watts: 30))
            #expect(abs(all.reduce(0) { $0 + $1.watts * 300 } - 50_000) < 0.001)
            let part = try await archive.reader.power(of: "121319000042", in: start + 4_500..<start + 5_100)
            #expect(part == [PowerStep(startTimestamp: start + 4_500, watts: 10), PowerStep(startTimestamp: start + 4_800, watts: 10)])
        }
    }
}
