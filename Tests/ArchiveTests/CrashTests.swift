import Foundation
import MadeUpFacts
import Reports
import Testing

@testable import Archive

@Suite struct CrashTests {
    /// Where the program lies that is killed: beside the tests.
    private var program: URL {
        let here = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        return here.appending(path: "archive-crash-writer")
    }

    @Test(arguments: [1, 2, 5, 17, 40, 90])
    func `killed while it keeps reports, and then again: nothing is lost, doubled or half`(lines: Int) async throws {
        let world = World(seed: 9, reportCount: 120)
        let digest = try await withArchive { archive in
            for report in world.reports { try await archive.keep(report) }
            return try await archive.reader.digest()
        }
        try await withFolder { folder in
            let path = folder.appending(path: "archive.db").path
            let told = try kill9(after: lines, path: path, reports: 120)
            // What it said was kept is there, whole; one more may be.
            let writer = try await ArchiveWriter.open(path, check: .full)
            let status = try await writer.reader.status()
            #expect(status.reportCount == told || status.reportCount == told + 1)
            #expect(status.rowCount == status.reportCount * 43)
            #expect(try await writer.reader.sumsAgree())
            for (index, report) in world.reports.enumerated() {
                let kept = try await writer.keep(report, from: Source(name: "\(index)", receivedTimestamp: 1_500_000_000))
                #expect(kept.isKnownSource == (index < status.reportCount))
            }
            #expect(try await writer.reader.digest() == digest)
            try await writer.close()
        }
    }

    /// Starts the writer, kills it in the midst of what follows its `lines`th report, and returns how many it said to
    /// have kept.
    private func kill9(after lines: Int, path: String, reports: Int) throws -> Int {
        let process = Process()
        process.executableURL = program
        process.arguments = [path, "9", "\(reports)"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var output = Data()
        while output.count(where: { $0 == UInt8(ascii: "\n") }) < lines {
            let more = pipe.fileHandleForReading.availableData
            if more.isEmpty { break }
            output += more
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        output += pipe.fileHandleForReading.readDataToEndOfFile()
        return output.count { $0 == UInt8(ascii: "\n") }
    }
}
