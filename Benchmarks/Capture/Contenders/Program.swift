import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A program that was started here and ends with us.
final class Program: Sendable {
    let name: String
    private let process = Process()

    /// - Parameter output: Where its standard output and error go.
    init(_ name: String, _ executable: String, _ arguments: [String], environment: [String: String] = [:], output: URL) throws {
        self.name = name
        FileManager.default.createFile(atPath: output.path, contents: nil)
        let handle = try FileHandle(forWritingTo: output)
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    var identifier: Int32 { process.processIdentifier }

    /// Returns when the port takes connections.
    func waitUntilListening(on port: Int) async throws {
        for _ in 0..<300 {
            if Ports.accepts(port) { return }
            guard process.isRunning else { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw BenchmarkError("\(name) does not listen on port \(port); see its output in the work folder (--keep)")
    }

    /// Asks it to end.
    func terminate() { if process.isRunning { process.terminate() } }

    /// Waits for its end, some seconds, and then makes it.
    func end() {
        for _ in 0..<50 where process.isRunning { usleep(100_000) }
        if process.isRunning { kill(identifier, SIGKILL) }
        for _ in 0..<20 where process.isRunning { usleep(100_000) }
    }

    /// Where the shell would find a program; nil where it is not installed.
    static func find(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":") + ["/usr/sbin"]
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
