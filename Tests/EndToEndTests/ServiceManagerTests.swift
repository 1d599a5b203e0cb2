import Foundation
import TestSupport
import Testing

@Suite("Started by systemd, the program tells when it is ready, that it works, and that it stops", .timeLimit(.minutes(10)))
struct ServiceManagerTests {
    /// Listens where `NOTIFY_SOCKET` points and prints what it hears.
    private static let listener = """
        import socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1].replace("@", "\\0", 1)); print("bound", flush=True)
        while True: print(s.recv(99).decode(), flush=True)
        """

    @Test(.enabled(if: Program.isInstalled("python3"), "no python3"), arguments: [false, true])
    func tells(abstract: Bool) async throws {
        try await seated {
            let folder = try TemporaryFolder()
            let socket = abstract ? "@heliograph-\(UUID())" : folder.file("notify").path(percentEncoded: false)
            let listener = try Program("python3", ["-c", Self.listener, socket])
            defer { listener.send(SIGKILL) }
            #expect(await listener.output.wait { $0.text.contains("bound") })
            let program = try Program(
                Program.built("heliograph"), ["run", "--data", folder.file("data").path(percentEncoded: false), "--listen", "127.0.0.1:0"],
                environment: ["NOTIFY_SOCKET": socket, "WATCHDOG_USEC": "100000"])
            defer { program.send(SIGKILL) }
            #expect(await listener.output.wait { $0.lines.contains("READY=1") }, "\(program.errors.value.text)")
            #expect(await program.errors.wait { $0.text.contains("listening") })
            #expect(await listener.output.wait { $0.lines.filter { $0 == "WATCHDOG=1" }.count > 3 }, "again and again")
            program.send(SIGTERM)
            #expect(await listener.output.wait { $0.lines.last == "STOPPING=1" })
            #expect(await program.end() == 0)
        }
    }

    @Test func `root is refused unless allowed`() async throws {
        guard geteuid() == 0 else { return }
        let folder = try TemporaryFolder()
        let result = try await Program.run(
            Program.built("heliograph"), ["run", "--data", folder.file("data").path(percentEncoded: false), "--listen", "127.0.0.1:0"],
            environment: ["HELIOGRAPH_ALLOW_ROOT": "no"], within: .seconds(60))
        #expect(result.status == 1)
        #expect(result.errors.hasPrefix("error: heliograph run is not meant to run as root\nhint: "))
    }
}
