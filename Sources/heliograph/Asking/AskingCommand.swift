import ArgumentParser
import Archive
import Foundation

/// A verb that asks the archive.
protocol AskingCommand: AsyncParsableCommand {
    var options: AskingOptions { get }
    /// Asks, and prints the answer.
    func answer(from archive: AskedArchive, to output: AnswerOutput) async throws
}

extension AskingCommand {
    func run() async throws {
        let output = AnswerOutput(.standardOutput, width: Terminal.width)
        try await answer(now: Int(Date().timeIntervalSince1970), to: output)
        try output.end()
    }

    /// - Parameter now: seconds since 1970 UTC.
    func answer(now: Int, to output: AnswerOutput) async throws {
        do {
            let archive = try await AskedArchive(options, now: now)
            try await answer(from: archive, to: output)
            try await archive.reader.close()
        } catch let error as ArchiveError { throw Failure(error) }
    }
}

extension Failure {
    init(_ error: ArchiveError) {
        switch error.cause {
        case .missing:
            self.init(
                "there is no archive \(error.path)",
                hint: "heliograph run makes it; name its folder with --data, as run was given it, or the file with --archive")
        case .other:
            self.init("\(error)", hint: "run this as the user that heliograph runs as, and see whether the file can be read")
        default: self.init("\(error)", hint: error.hint)
        }
    }
}
