import Archive
import Foundation
import MadeUpFacts

/// Keeps made-up reports until it is killed: `archive-crash-writer ARCHIVE SEED REPORTS`. Prints a line for each that was
/// kept.
@main struct ArchiveCrashWriter {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let seed = UInt64(arguments[2]), let count = Int(arguments[3]) else { exit(64) }
        let writer = try await ArchiveWriter.open(arguments[1])
        for (index, report) in World(seed: seed, reportCount: count).reports.enumerated() {
            try await writer.keep(report, from: Source(name: "\(index)", receivedTimestamp: 1_500_000_000))
            FileHandle.standardOutput.write(Data("\(index)\n".utf8))
        }
        try await writer.close()
    }
}
