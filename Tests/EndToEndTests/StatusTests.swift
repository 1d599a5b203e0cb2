import Foundation
import Simulator
import TestSupport
import Testing

@Suite("`heliograph status` asks the running proxy", .timeLimit(.minutes(10)))
struct StatusTests {
    private func status(_ house: House, _ flags: [String] = []) async throws -> Program.Finished {
        let data = house.folder.file("data").path(percentEncoded: false)
        return try await Program.run(Program.built("heliograph"), ["status", "--data", data] + flags, environment: ["TZ": "UTC"])
    }

    private func json(_ house: House) async throws -> [String: Any] {
        let finished = try await status(house, ["--json"])
        #expect(finished.status == 0)
        return try JSONSerialization.jsonObject(with: Data(finished.output)) as? [String: Any] ?? [:]
    }

    @Test("What was captured, answered and failed is told while it runs; a proxy that is gone is told, too")
    func counts() async throws {
        try await withHouse { house async throws in
            for number in 0..<3 { _ = try await house.post(NumberedRequest.bytes(number, body: [1, 2, 3])) }
            let socket = house.folder.file("data/control.sock").path(percentEncoded: false)
            let mode = try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int
            #expect(mode == 0o660)

            await house.cloud.stop()
            _ = try await house.post(NumberedRequest.bytes(3, body: [1]))
            let proxy = try #require(try await json(house)["proxy"] as? [String: Any])
            let report = try #require(proxy["report"] as? [String: Any])
            #expect(proxy["running"] as? Bool == true)
            #expect(report["requestsCaptured"] as? Int == 4)
            #expect(report["repliesForwarded"] as? Int == 3)
            #expect((report["cloudFailures"] as? [String: Int])?.values.reduce(0, +) == 1)
            #expect(report["processIdentifier"] as? Int == Int(house.proxy.program.processIdentifier))
            for time in ["started", "lastCapture", "lastReply", "lastCloudFailure"] {
                let date = try Date(#require(proxy[time] as? String), strategy: .iso8601)
                #expect(abs(date.timeIntervalSinceNow) < 60, "\(time)")
            }
            let page = try await status(house).text
            #expect(page.contains("\ncaptured  4 requests, the last "))
            #expect(page.contains(": 3 answered, the last ") && page.contains("; 1 failed (1 "))

            // A crash leaves the socket's file; the next start replaces it.
            house.proxy.program.send(SIGKILL)
            _ = await house.proxy.program.end()
            #expect(FileManager.default.fileExists(atPath: socket))
            #expect(try await status(house).text.hasPrefix("proxy     not running\nspool     "))
            let next = try await Proxy.start(house.folder.file("data"), House.flags(house.cloud, house.authority))
            #expect(try await (json(house)["proxy"] as? [String: Any])?["running"] as? Bool == true)
            #expect(await next.stop() == 0)
            #expect(!FileManager.default.fileExists(atPath: socket))
            #expect(try await status(house).text.hasPrefix("proxy     not running\n"))
        }
    }

    @Test("A folder whose path is too long for a socket costs nothing but the status")
    func longPath() async throws {
        try await seated {
            let folder = try TemporaryFolder()
            let data = folder.file(String(repeating: "long-", count: 20) + "path")
            let proxy = try await Proxy.start(data, ["--cloud", "off"])
            #expect(await proxy.logs("no control socket"))
            #expect(proxy.lines(containing: "no control socket").first?.contains("the path is longer than 107 bytes") == true)
            let finished = try await Program.run(
                Program.built("heliograph"), ["status", "--data", data.path(percentEncoded: false)])
            #expect(finished.text.hasPrefix("proxy     not running\n"))
            #expect(await proxy.stop() == 0)
        }
    }

    @Test("A socket that does not answer is not waited for")
    func silence() async throws {
        try await seated {
            let folder = try TemporaryFolder()
            let server = try await Program.listening(at: folder.file("control.sock"))
            try FileManager.default.createDirectory(at: folder.file("spool"), withIntermediateDirectories: true)
            let began = ContinuousClock.now
            let finished = try await Program.run(Program.built("heliograph"), ["status", "--data", folder.path])
            #expect(finished.text.hasPrefix("proxy     unknown: it does not answer at "))
            #expect(ContinuousClock.now - began < .seconds(20))
            server.send(SIGKILL)
            _ = await server.end()
        }
    }
}

extension Program {
    /// A program that accepts connections to a socket, and says nothing.
    fileprivate static func listening(at socket: URL) async throws -> Program {
        let script = """
            import socket, sys
            server = socket.socket(socket.AF_UNIX)
            server.bind(sys.argv[1])
            server.listen()
            print("listening", flush=True)
            held = []
            while True: held.append(server.accept())
            """
        let program = try Program("python3", ["-c", script, socket.path(percentEncoded: false)])
        _ = await program.output.wait { !$0.bytes.isEmpty }
        return program
    }
}
