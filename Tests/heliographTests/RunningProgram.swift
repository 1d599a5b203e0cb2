import Foundation

/// The program that was built beside the tests, while it runs.
final class RunningProgram {
    private let process = Process()
    private let outputFile: URL
    private let errors = Pipe()

    /// - Parameter arguments: Everything behind `heliograph`, parted by spaces.
    init(_ arguments: String, in folder: URL) throws {
        outputFile = folder.appending(path: "output.\(UUID())")
        try Data().write(to: outputFile)
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "heliograph")
        process.arguments = arguments.split(separator: " ").map(String.init)
        process.currentDirectoryURL = folder
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    /// Waits for a line on standard error; nil when the program ends before it prints one.
    func line(startingWith prefix: String) -> String? {
        var text = ""
        while true {
            let new = errors.fileHandleForReading.availableData
            guard !new.isEmpty else { return nil }
            text += String(decoding: new, as: UTF8.self)
            let whole = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = whole.first(where: { $0.hasPrefix(prefix) }) { return String(line) }
        }
    }

    /// What it has printed on standard output so far.
    func output() -> String {
        // A file that can't be read shows as empty, and fails the expectation that asked.
        (try? String(contentsOf: outputFile, encoding: .utf8)) ?? ""
    }

    /// Sends SIGTERM, and waits for the end.
    @discardableResult func end() -> Int32 {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
        return process.terminationStatus
    }
}
