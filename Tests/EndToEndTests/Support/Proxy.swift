import Foundation
import TestSupport

/// The real program, `heliograph run`, with its files in a folder of the test's, on ports that the system picks.
final class Proxy: Sendable {
    let program: Program
    let spool: URL
    /// Where it accepts TLS.
    let port: Int
    /// Where it accepts plain HTTP.
    let plainPort: Int

    private init(_ program: Program, spool: URL, port: Int, plainPort: Int) {
        (self.program, self.spool, self.port, self.plainPort) = (program, spool, port, plainPort)
    }

    /// Starts it, and waits until it accepts connections.
    ///
    /// - Parameters:
    ///   - data: Its folder; the same again after a crash.
    ///   - arguments: Flags besides `--data` and the listening addresses.
    ///   - wrapper: A command that it is run by, such as `ip netns exec NAME`.
    static func start(
        _ data: URL, _ arguments: [String], address: String = "127.0.0.1", wrapper: [String] = []
    ) async throws -> Proxy {
        try await SharedCertificate.copy(to: data)
        let path = data.path(percentEncoded: false)
        let spool = arguments.firstIndex(of: "--spool").map { URL(filePath: arguments[$0 + 1]) } ?? data.appending(path: "spool")
        let command =
            wrapper + Self.withoutRights + [
                Program.built("heliograph"), "run", "--data", path, "--listen", "\(address):0", "--listen-plain", "\(address):0",
            ]
        let program = try Program(command[0], Array(command.dropFirst()) + arguments)
        _ = await program.errors.wait { printed in
            printed.hasEnded || (Self.port("tls", in: printed.text) != nil && Self.port("http", in: printed.text) != nil)
        }
        let log = program.errors.value.text
        guard let port = Self.port("tls", in: log), let plainPort = Self.port("http", in: log) else {
            program.send(SIGKILL)
            throw DidNotStart(log: log)
        }
        return Proxy(program, spool: spool, port: port, plainPort: plainPort)
    }

    /// It runs as it does for everybody: also where root runs the tests it has none of root's rights.
    private static let withoutRights =
        geteuid() == 0 && Program.isInstalled("setpriv") ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : []

    struct DidNotStart: Error { var log: String }

    /// What it has logged, line by line.
    var log: [Substring] { program.errors.value.lines }

    func lines(containing text: String) -> [Substring] { log.filter { $0.contains(text) } }

    /// Waits for a line of the log; false when the time is up.
    func logs(_ text: String, within limit: Duration = .patience) async -> Bool {
        await program.errors.wait(within: limit) { $0.lines.contains { $0.contains(text) } }
    }

    /// Tells it to stop, and waits for its end.
    func stop(_ signal: Int32 = SIGTERM) async -> Int32? {
        program.send(signal)
        return await program.end()
    }

    /// Memory in use, bytes (proc(5), VmRSS), and the most that was ever (VmHWM).
    var memory: (now: Int, peak: Int) {
        get throws {
            let status = try String(contentsOfFile: "/proc/\(program.processIdentifier)/status", encoding: .utf8)
            func kibibytes(_ name: String) -> Int {
                status.split(separator: "\n").first { $0.hasPrefix(name) }
                    .flatMap { Int($0.filter(\.isNumber)) } ?? 0
            }
            return (kibibytes("VmRSS:") * 1024, kibibytes("VmHWM:") * 1024)
        }
    }

    /// Lets `memory.peak` begin anew from what is in use now (proc(5), clear_refs), after an exchange that brings in all that any exchange needs.
    ///
    /// - Returns: What is in use.
    func warmMemory(by exchange: () async throws -> Void) async throws -> Int {
        try await exchange()
        try Data("5\n".utf8).write(to: URL(filePath: "/proc/\(program.processIdentifier)/clear_refs"))
        return try memory.now
    }

    /// How many files, folders and sockets it has open.
    var openFiles: Int {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.processIdentifier)/fd").count }
    }

    /// The files and folders in `folder` that it has open, those that are removed already too. (All it has open can't be compared
    /// with what it had before: the archive, for one, is opened some time after the start.)
    func openFiles(in folder: String) throws -> [String] {
        let descriptors = "/proc/\(program.processIdentifier)/fd"
        return try FileManager.default.contentsOfDirectory(atPath: descriptors)
            .compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(descriptors)/\($0)") }
            .filter { $0.hasPrefix(folder) }.sorted()
    }

    private static func port(_ name: String, in log: String) -> Int? {
        for line in log.split(separator: "\n") where line.contains(" listening ") && line.hasSuffix("protocol=\(name)") {
            if let address = line.split(separator: " ").first(where: { $0.hasPrefix("address=") }) {
                return address.split(separator: ":").last.flatMap { Int($0) }
            }
        }
        return nil
    }
}

/// One certificate for all proxies of the tests: a key takes longer to make than most tests take.
private actor SharedCertificate {
    private static let shared = SharedCertificate()
    private var made: Task<TemporaryFolder, any Error>?

    static func copy(to data: URL) async throws {
        let folder = try await shared.folder()
        guard !FileManager.default.fileExists(atPath: data.path(percentEncoded: false)) else { return }
        try FileManager.default.copyItem(at: folder.url, to: data)
    }

    private func folder() async throws -> TemporaryFolder {
        if let made { return try await made.value }
        let task = Task {
            let folder = try TemporaryFolder()
            let result = try await Program.run(Program.built("heliograph"), ["certificate", "renew", "--data", folder.path])
            guard result.status == 0 else { throw Proxy.DidNotStart(log: result.errors) }
            return folder
        }
        made = task
        return try await task.value
    }
}
