import Foundation
import GRDB
import Reports
import Testing

@testable import Archive

@Suite struct OpeningTests {
    /// Opens a file that must be refused, as writer, reader and for rebuilding, and checks that no byte of it changed.
    private func refusal(of file: URL, rebuilding: Bool = true) async throws -> [ArchiveError.Cause?] {
        let before = try Data(contentsOf: file)
        var causes: [ArchiveError.Cause?] = []
        causes.append(await causeOfFailure { _ = try await ArchiveWriter.open(file.path, check: .full) })
        causes.append(await causeOfFailure { _ = try await ArchiveReader.open(file.path, check: .atStart) })
        if rebuilding { causes.append(await causeOfFailure { _ = try await ArchiveRebuild.begin(file.path) }) }
        #expect(try Data(contentsOf: file) == before)
        return causes
    }

    /// A closed archive with some thousand rows, all in its main file.
    private func filledArchive(in folder: URL) async throws -> URL {
        let file = folder.appending(path: "archive.db")
        let writer = try await ArchiveWriter.open(file.path)
        try await writer.keep(manyRows(2_000))
        try await writer.close()
        return file
    }

    private func manyRows(_ count: Int) -> Report {
        report(
            intervals: (0..<count).map { interval("\($0 % 30).1", 1_436_646_900 + $0 / 30 * 300, joules: $0) },
            readings: (0..<count).map { reading("\($0 % 30).1", 1_436_646_900 + $0 / 30 * 300, joules: $0) },
            events: (0..<count / 10).map { event($0, 509, .momentary, 1_436_646_900 + $0) })
    }

    @Test func `an archive that is closed and opened again has the same facts`() async throws {
        try await withFolder { folder in
            let file = try await filledArchive(in: folder)
            let reader = try await ArchiveReader.open(file.path, check: .full)
            let digest = try await reader.digest()
            try await reader.close()
            let writer = try await ArchiveWriter.open(file.path)
            #expect(try await writer.reader.digest() == digest)
            #expect(try await writer.reader.sumsAgree())
            try await writer.close()
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files == ["archive.db"])
        }
    }

    @Test func `a missing archive is made by a writer and reported by a reader`() async throws {
        try await withFolder { folder in
            let path = folder.appending(path: "archive.db").path
            #expect(await causeOfFailure { _ = try await ArchiveReader.open(path) } == .missing)
            #expect(!FileManager.default.fileExists(atPath: path))
            try await ArchiveWriter.open(path).close()
            let status = try await ArchiveReader.open(path).status()
            #expect(status.rowCount == 0)
            #expect(status.lastSeq == 0)
            #expect(status.bytes > 0)
        }
    }

    @Test func `a file that is no database, an empty one, and another program's are refused`() async throws {
        try await withFolder { folder in
            let file = folder.appending(path: "archive.db")
            for content in [Data(), Data("hello".utf8), Data(repeating: 0x55, count: 100_000)] {
                try content.write(to: file)
                #expect(try await refusal(of: file) == [.notADatabase, .notADatabase, .notADatabase])
            }
            try FileManager.default.removeItem(at: file)
            let other = try DatabaseQueue(path: file.path)
            try await other.write { try $0.execute(sql: "CREATE TABLE bookmark(url TEXT)") }
            try other.close()
            #expect(try await refusal(of: file) == [.notAnArchive, .notAnArchive, .notAnArchive])
        }
    }

    @Test func `an archive of a later version is refused`() async throws {
        try await withFolder { folder in
            let file = try await filledArchive(in: folder)
            let later = try DatabaseQueue(path: file.path)
            var migrator = Schema.migrator
            migrator.registerMigration("99") { try $0.execute(sql: "ALTER TABLE reading ADD COLUMN lux INTEGER") }
            try migrator.migrate(later)
            try later.close()
            #expect(try await refusal(of: file) == [.tooNew, .tooNew, .tooNew])
        }
    }

    /// An archive as a former version left it, with a captured report and one that was imported.
    private func former(in folder: URL, upTo migration: String) throws -> String {
        let file = folder.appending(path: "former.db").path
        let queue = try DatabaseQueue(path: file)
        try Schema.migrator.migrate(queue, upTo: migration)
        try queue.write { db in
            try db.execute(
                sql: """
                    INSERT INTO envoy(id, serial, last_report, interval_count) VALUES (1, '1', 5, 0), (2, '2', 6, 0);
                    INSERT INTO report(envoy_id, source, timestamp, received, interval_count, reading_count, event_count) VALUES
                        (1, '2015-06-21T08:30:07-100000', 5, 12, 0, 0, 0), (1, 'import:5f', 9223372036854775806, 9223372036854775807, 0, 0, 0),
                        (2, 'import:5e', 4, 4, 0, 0, 0);
                    """)
        }
        try queue.writeWithoutTransaction { db in _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") }
        try queue.close()
        return file
    }

    @Test(arguments: ["1", "alerts", "roof", "late replies"])
    func `an archive of a former version can be read as it is, and a writer brings it up to date`(migration: String) async throws {
        try await withFolder { folder in
            let path = try former(in: folder, upTo: migration)
            let reader = try await ArchiveReader.open(path)
            #expect(try await reader.status().envoys.map(\.lastReportTimestamp) == [5, 6])
            #expect(try await reader.findings().isEmpty)
            #expect(try await reader.events().all().isEmpty)
            #expect(try await reader.reports().all().count == 3)
            #expect(try await reader.devices(now: 0).isEmpty)
            #expect(try await reader.alerts().isEmpty)
            #expect(try await reader.roof(of: "1").isEmpty)
            try await reader.close()
            let writer = try await ArchiveWriter.open(path)
            #expect(try await writer.reader.status().envoys.map(\.lastReceivedTimestamp) == [12, nil], "what is imported is not received")
            #expect(try await writer.reader.reports().all().map(\.receivedTimestamp) == [12, nil, nil])
            try await writer.keep(report("1", at: 100), from: Source(name: "next", receivedTimestamp: 107))
            #expect(try await writer.reader.status().envoys.first?.lastReceivedTimestamp == 107)
            try await writer.close()
        }
    }

    @Test func `a new archive is for its owner and the group, whatever the user's mask allows`() async throws {
        try await withFolder { folder in
            let path = folder.appending(path: "archive.db").path
            let writer = try await ArchiveWriter.open(path)
            try await writer.keep(manyRows(10))
            for suffix in ["", "-wal", "-shm"] {
                let mode = try FileManager.default.attributesOfItem(atPath: path + suffix)[.posixPermissions] as? Int
                #expect(mode == 0o640, "\(suffix)")
            }
            try await writer.close()
        }
    }

    @Test func `what may not be written to is said to be so, with whom to give it to`() {
        let error = ArchiveError.explain(DatabaseError(resultCode: .SQLITE_READONLY), "keeping a report in", "/a") as? ArchiveError
        #expect(error?.cause == .readOnly)
        #expect(error?.hint?.hasPrefix("give the file, its folder, and FILE-wal and FILE-shm beside it to the user") == true)
        #expect(ArchiveError("opening", "/a", .notADatabase).hint?.contains("heliograph replay") == true)
    }

    @Test(arguments: [0.2, 0.5, 0.8])
    func `a damaged archive is refused`(place: Double) async throws {
        try await withFolder { folder in
            let file = try await filledArchive(in: folder)
            var bytes = try Data(contentsOf: file)
            let page = Int(Double(bytes.count / 4_096) * place) * 4_096
            bytes.replaceSubrange(page..<page + 4_096, with: Data(repeating: 0x66, count: 4_096))
            try bytes.write(to: file)
            for cause in try await refusal(of: file, rebuilding: false) {
                guard case .damaged = cause else {
                    Issue.record("refused for \(String(describing: cause))")
                    continue
                }
            }
        }
    }

    @Test func `an archive cut short is refused`() async throws {
        try await withFolder { folder in
            let file = try await filledArchive(in: folder)
            let bytes = try Data(contentsOf: file)
            try bytes.prefix(bytes.count / 2).write(to: file)
            for cause in try await refusal(of: file, rebuilding: false) {
                guard case .damaged = cause else {
                    Issue.record("refused for \(String(describing: cause))")
                    continue
                }
            }
        }
    }

    @Test func `a check that has no time left finds nothing and opens`() async throws {
        try await withFolder { folder in
            let file = try await filledArchive(in: folder)
            for seconds in [0, 0.0001, 0.001] {
                try await ArchiveWriter.open(file.path, check: .bounded(seconds: seconds)).close()
            }
        }
    }

    @Test func `what is kept is flushed to the disk, and stays consistent with what it refers to`() async throws {
        try await withArchive { archive in
            let settings = try await archive.database.writeWithoutTransaction { db in
                try ["synchronous", "foreign_keys", "journal_mode"].map { name in
                    try String.fetchOne(db, sql: "PRAGMA \(name)") ?? ""
                }
            }
            #expect(settings == ["2", "1", "wal"])
        }
    }

    @Test func `readers see whole reports only, while they are kept`() async throws {
        try await withFolder { folder in
            let path = folder.appending(path: "archive.db").path
            let writer = try await ArchiveWriter.open(path)
            let reports = (0..<60).map { index in
                report(
                    intervals: (0..<20).map { interval("\($0).1", 1_436_646_900 + index * 300, joules: 10) },
                    readings: (0..<20).map { reading("\($0).1", 1_436_646_900 + index * 300, joules: 10) })
            }
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let reader = try await ArchiveReader.open(path)
                        var looks = 0
                        var last = 0
                        while last < 60 * 40 {
                            let status = try await reader.status()
                            #expect(status.rowCount % 40 == 0)
                            #expect(status.lastSeq == status.rowCount)
                            #expect(status.rowCount >= last)
                            last = status.rowCount
                            let today = try await reader.today(now: 1_436_646_900)
                            #expect((today.first?.joules ?? 0) % 200 == 0)
                            looks += 1
                        }
                        try await reader.close()
                        return looks
                    }
                }
                for report in reports { try await writer.keep(report) }
                for try await looks in group { #expect(looks > 0) }
            }
            try await writer.close()
        }
    }

    @Test func `two writers take turns`() async throws {
        try await withFolder { folder in
            let path = folder.appending(path: "archive.db").path
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<3 {
                    group.addTask {
                        let writer = try await ArchiveWriter.open(path)
                        for index in 0..<30 {
                            let row = interval("\(number).1", 1_436_646_900 + index * 300, joules: 1)
                            try await writer.keep(report(intervals: [row]))
                        }
                        try await writer.close()
                    }
                }
                try await group.waitForAll()
            }
            let reader = try await ArchiveReader.open(path)
            #expect(try await reader.status().envoys.map(\.intervalCount) == [90])
            #expect(try await reader.sumsAgree())
        }
    }
}
