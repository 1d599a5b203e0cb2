import Foundation
import GRDB
import Reports
import Testing

@testable import Archive

@Suite struct RebuildTests {
    private let reports = (0..<10).map { index in
        report(
            intervals: (0..<5).map { interval("\($0).1", 1_436_646_900 + index * 300, joules: 10) },
            events: [event(index, 509, .momentary, 1_436_646_900 + index)])
    }

    /// An archive with all reports and a cursor after the fourth.
    private func archive(in folder: URL) async throws -> String {
        let path = folder.appending(path: "archive.db").path
        let writer = try await ArchiveWriter.open(path)
        for report in reports { try await writer.keep(report) }
        try await writer.moveCursor("mqtt", to: 24)
        try await writer.moveCursor("done", to: 60)
        try await writer.close()
        return path
    }

    @Test func `a rebuilt archive takes the old one's place at once, and its cursors`() async throws {
        try await withFolder { folder in
            let path = try await archive(in: folder)
            let old = try await ArchiveReader.open(path)
            let digest = try await old.digest()
            try await old.close()
            let rebuild = try await ArchiveRebuild.begin(path)
            for report in reports { try await rebuild.writer.keep(report) }
            #expect(try await rebuild.writer.reader.digest() == digest)
            let meanwhile = try await ArchiveReader.open(path)
            #expect(try await meanwhile.status().rowCount == 60)
            try await meanwhile.close()
            try await rebuild.finish()
            let new = try await ArchiveReader.open(path, check: .full)
            #expect(try await new.digest() == digest)
            #expect(try await new.cursors() == ["mqtt": 24, "done": 60])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains("rebuild") }.isEmpty)
        }
    }

    @Test func `where rows arrive in another order, a cursor skips none that was not passed on`() async throws {
        try await withFolder { folder in
            let path = try await archive(in: folder)
            let rebuild = try await ArchiveRebuild.begin(path)
            // The fifth report was not passed on; it comes third now. One that the old archive lacks comes last.
            for index in [0, 1, 4, 2, 3, 5, 6, 7, 8, 9] { try await rebuild.writer.keep(reports[index]) }
            try await rebuild.writer.keep(report("other", events: [event(1, 509, .momentary, 1_436_646_900)]))
            try await rebuild.finish()
            let cursors = try await ArchiveReader.open(path).cursors()
            #expect(cursors == ["mqtt": 12, "done": 60])
        }
    }

    @Test func `an archive in use is not replaced, and can be once it is free`() async throws {
        try await withFolder { folder in
            let path = try await archive(in: folder)
            let reader = try await ArchiveReader.open(path)
            _ = try await reader.status()
            let rebuild = try await ArchiveRebuild.begin(path)
            try await rebuild.writer.keep(reports[0])
            #expect(await causeOfFailure { try await rebuild.finish() } == .inUse)
            #expect(try await reader.status().rowCount == 60)
            try await reader.close()
            try await rebuild.finish()
            #expect(try await ArchiveReader.open(path).status().rowCount == 6)
        }
    }

    @Test func `a damaged archive can be replaced, and one that is abandoned leaves the old one`() async throws {
        try await withFolder { folder in
            let path = try await archive(in: folder)
            var bytes = try Data(contentsOf: URL(filePath: path))
            bytes.replaceSubrange(8_192..., with: Data(repeating: 0x66, count: bytes.count - 8_192))
            try bytes.write(to: URL(filePath: path))
            try await ArchiveRebuild.begin(path).abandon()
            #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
            let rebuild = try await ArchiveRebuild.begin(path)
            try await rebuild.writer.keep(reports[0])
            try await rebuild.finish()
            let reader = try await ArchiveReader.open(path, check: .full)
            #expect(try await reader.status().rowCount == 6)
            #expect(try await reader.cursors() == [:])
        }
    }

    /// Overwrites the root page of a table or index.
    private func damage(_ table: String, in path: String) async throws {
        let queue = try DatabaseQueue(path: path)
        let (page, size) = try await queue.read { db in
            (
                try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_master WHERE name = ?", arguments: [table]) ?? 0,
                try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
            )
        }
        try queue.close()
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.seek(toOffset: UInt64((page - 1) * size))
        try file.write(contentsOf: Data(repeating: 0x66, count: size))
        try file.close()
    }

    @Test(arguments: [
        ("sqlite_autoindex_interval_1", [ArchiveRebuild.Inheritance.cursors], ["mqtt": 24, "done": 60]),
        ("event_identity", [.cursors], ["mqtt": 24, "done": 60]),
        ("cursor", [.cursors], [:]), ("alert_change", [.alerts], ["mqtt": 24, "done": 60]), ("tile", [.roof], ["mqtt": 24, "done": 60]),
        ("envoy_day", [], ["mqtt": 24, "done": 60]),
    ])
    func `of an archive that is damaged in its midst all is taken over that can be read, and the rest is told`(
        table: String, lost: [ArchiveRebuild.Inheritance], cursors: [String: Int]
    ) async throws {
        try await withFolder { folder in
            let path = try await archive(in: folder)
            let writer = try await ArchiveWriter.open(path)
            let tiles = [RoofTile(equipment: "1.1", name: "top", x: 1, y: 2)]
            try await writer.layRoof(tiles, of: someEnvoy)
            try await writer.keep(alerts: [AlertCondition(.init(.diskFilling), "full")], now: 5)
            try await writer.moveAlertCursor("mqtt", to: 1)
            try await writer.close()
            try await damage(table, in: path)
            let rebuild = try await ArchiveRebuild.begin(path)
            for report in reports { try await rebuild.writer.keep(report) }
            #expect(try await rebuild.finish() == lost)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["archive.db"])
            let new = try await ArchiveReader.open(path, check: .full)
            #expect(try await new.cursors() == cursors)
            #expect(try await new.roof(of: someEnvoy) == (lost == [.roof] ? [] : tiles))
            #expect(try await new.alerts().count == (lost == [.alerts] ? 0 : 1))
            #expect(try await new.alertCursor("mqtt") == (lost == [.alerts] ? nil : 1))
            #expect(try await new.status().rowCount == 60)
            try await new.close()
        }
    }

    @Test func `an archive can be built where none was`() async throws {
        try await withFolder { folder in
            let path = folder.appending(path: "archive.db").path
            let rebuild = try await ArchiveRebuild.begin(path)
            try await rebuild.writer.keep(reports[0])
            try await rebuild.finish()
            #expect(try await ArchiveReader.open(path).status().rowCount == 6)
        }
    }
}
