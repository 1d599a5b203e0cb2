import Foundation
import Synchronization

/// A program that runs beside the tests. Nothing here blocks Swift's own threads, of which there are few.
public final class Program: Sendable {
    /// What it has printed so far.
    public struct Printed: Sendable {
        public var bytes: [UInt8] = []
        public var hasEnded = false
        public var text: String { String(decoding: bytes, as: UTF8.self) }
        public var lines: [Substring] { text.split(separator: "\n") }
    }

    public let output = Watched(Printed())
    public let errors = Watched(Printed())
    private let process = Process()
    private let status = Watched<Int32?>(nil)

    /// - Parameters:
    ///   - name: A path, or a name that is looked up in `PATH`.
    ///   - input: A file for its standard input; nil for none.
    ///   - environment: Variables besides those of this process.
    public init(_ name: String, _ arguments: [String], input: URL? = nil, environment: [String: String] = [:]) throws {
        guard let path = Self.path(of: name) else { throw ProgramMissing(name: name) }
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        // What is meant for the tests is no setting of the program's; but the tests may be root's, and many programs run at once.
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("HELIOGRAPH_") }
            .merging(["HELIOGRAPH_ALLOW_ROOT": "yes", "HELIOGRAPH_DASHBOARD_LISTEN": "off"]) { $1 }.merging(environment) { $1 }
        let pipes = (Pipe(), Pipe())
        process.standardOutput = pipes.0
        process.standardError = pipes.1
        process.standardInput = try input.map { try FileHandle(forReadingFrom: $0) } ?? FileHandle.nullDevice
        process.terminationHandler = { [status] process in
            let killed = process.terminationReason == .uncaughtSignal
            status.change { $0 = killed ? 128 + process.terminationStatus : process.terminationStatus }
        }
        try process.run()
        Self.collect(pipes.0, into: output)
        Self.collect(pipes.1, into: errors)
    }

    public var processIdentifier: Int32 { process.processIdentifier }
    public var isRunning: Bool { status.value == nil }

    public func send(_ signal: Int32) { if isRunning { kill(processIdentifier, signal) } }

    /// Waits for its end and the last of its output; nil when the time is up, and then it is killed.
    ///
    /// - Returns: Its exit status, or 128 and the signal that ended it.
    public func end(within limit: Duration = .patience) async -> Int32? {
        guard await status.wait(within: limit, until: { $0 != nil }) else {
            send(SIGKILL)
            return nil
        }
        _ = await output.wait(within: .seconds(20)) { $0.hasEnded }
        _ = await errors.wait(within: .seconds(20)) { $0.hasEnded }
        return status.value
    }

    /// Runs a program to its end.
    public static func run(
        _ name: String, _ arguments: [String], input: URL? = nil, environment: [String: String] = [:], within limit: Duration = .patience
    ) async throws -> Finished {
        let program = try Program(name, arguments, input: input, environment: environment)
        let status = await program.end(within: limit)
        return Finished(status: status, output: program.output.value.bytes, errors: program.errors.value.text)
    }

    public struct Finished: Sendable {
        /// nil where it had to be killed, since the time was up.
        public var status: Int32?
        public var output: [UInt8]
        public var errors: String
        public var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// Where a program lies; nil where it is not installed.
    public static func path(of name: String) -> String? {
        if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        for folder in path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"] {
            let candidate = folder + "/" + name
            if access(candidate, X_OK) == 0 { return candidate }
        }
        return nil
    }

    /// Whether a program that is run to its end says that all went well. Blocking: for what must be known before a suite begins.
    public static func succeeds(_ name: String, _ arguments: [String]) -> Bool {
        guard let path = Self.path(of: name) else { return false }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        // One that can't be started is as good as none.
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    public static func isInstalled(_ name: String) -> Bool { path(of: name) != nil }

    /// A program that was built beside the tests.
    public static func built(_ name: String) -> String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: name).path(percentEncoded: false)
    }

    private static func collect(_ pipe: Pipe, into printed: Watched<Printed>) {
        Thread.detachNewThread {
            while true {
                let data = pipe.fileHandleForReading.availableData
                guard !data.isEmpty else { break }
                printed.change { $0.bytes.append(contentsOf: data) }
            }
            // At once, and not when all that holds the pipe is gone: Foundation can't start a program where 1,300 files are open.
            try? pipe.fileHandleForReading.close()
            printed.change { $0.hasEnded = true }
        }
    }
}

public struct ProgramMissing: Error { public var name: String }
