import Archive
import Foundation
import Subprocess
import SystemPackage

/// Starts a program for new rows, which gets them as lines of JSON on its standard input.
///
/// Status 0 takes the rows, 65 (`EX_DATAERR`) refuses them for good; after any other, or a minute, they come again.
struct CommandPublisher: Publisher {
    let batchLimit = 200
    private let path: String
    private static let patience = Duration.seconds(60)
    private static let refusal: Int32 = 65

    /// - Parameter path: the program.
    init(path: String) { self.path = path }

    func publish(_ rows: [PublishedRow]) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var text: [UInt8] = []
        for row in rows { text += try encoder.encode(RowText(row)) + [UInt8(ascii: "\n")] }
        let input = try await Self.file(holding: text)
        let status = try await run(input)
        switch status {
        case .exited(0): return
        case .exited(Self.refusal): throw PublishError.reject("\(path) refuses the rows (status \(Self.refusal))")
        case .exited(let code): throw PublishError.retry("\(path) ended with status \(code)")
        case .signaled(let signal): throw PublishError.retry("\(path) was ended by signal \(signal)")
        }
    }

    private func run(_ input: FileDescriptor) async throws -> TerminationStatus {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
        do {
            return try await withThrowingTaskGroup(of: TerminationStatus.self) { [options] tasks in
                // proof: one task; cancelled, it ends the program: asked to, and killed two seconds later.
                tasks.addTask {
                    try await Subprocess.run(
                        .path(.init(path)), platformOptions: options, input: .fileDescriptor(input, closeAfterSpawningProcess: true),
                        output: .discarded, error: .discarded
                    ).terminationStatus
                }
                // proof: one task; it is cancelled when the other ends, and a cancelled sleep ends it.
                tasks.addTask {
                    try await Task.sleep(for: Self.patience)
                    throw PublishError.retry("\(path) took longer than a minute")
                }
                defer { tasks.cancelAll() }
                guard let status = try await tasks.next() else { throw CancellationError() }
                return status
            }
        } catch let error as PublishError { throw error } catch {
            try Task.checkCancellation()
            throw PublishError.retry("can't start \(path): \(error)")
        }
    }

    /// A file without a name: a program that does not read all of its input does not hold us up.
    private static func file(holding bytes: [UInt8]) async throws -> FileDescriptor {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        var name = Array((FileManager.default.temporaryDirectory.path + "/heliograph-XXXXXX").utf8CString)
                        let raw = mkstemp(&name)
                        guard raw >= 0 else {
                            throw PublishError.retry("no room for a command's input: \(String(cString: strerror(errno)))")
                        }
                        unlink(name)
                        let file = FileDescriptor(rawValue: raw)
                        do {
                            try file.writeAll(bytes)
                            try file.seek(offset: 0, from: .start)
                            return file
                        } catch {
                            // The error that counts is the one before.
                            try? file.close()
                            throw error
                        }
                    })
            }
        }
    }
}

extension PublishingTarget {
    public static func command(_ path: String) -> PublishingTarget {
        PublishingTarget(name: "command", address: path, beginning: .nextRow) { _, _ in CommandPublisher(path: path) }
    }
}
