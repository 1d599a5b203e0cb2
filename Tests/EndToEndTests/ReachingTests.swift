import Foundation
import Simulator
import TestSupport
import Testing

@Suite("Reaching the cloud has its limits, and more than one way", .timeLimit(.minutes(10)))
struct ReachingTests {
    @Test(
        "A cloud that takes no connection, and one that takes it and is silent: 504 when the time is up",
        arguments: [
            (false, "it did not accept a connection in time"), (true, "it did not finish its TLS handshake in time"),
        ])
    func silent(accepts: Bool, reason: String) async throws {
        let place = try await SilentPlace.start(accepts: accepts)
        let flags = [
            "--upstream", "https://127.0.0.1:\(place.port)", "--limits-connect-time", accepts ? "60s" : "1s", "--limits-handshake-time",
            accepts ? "1s" : "60s",
        ]
        try await withHouse(.normal, flags) { house async throws in
            // The Envoy's own handshake has the same limit: it has no part in this.
            let connection = try await RawConnection.open(house.proxy.plainPort)
            try await connection.send(PostedReport.any.request)
            let reply = await connection.rest()
            #expect(reply.status == 504 && reply.text.contains(reason), "\(reply.text)")
            #expect(String(decoding: try await house.proxy.awaited("response"), as: UTF8.self) == "no reply: \(reason)\n")
            #expect(try await house.proxy.awaited("request") == PostedReport.any.request)
            #expect(house.cloud.requestCount == 0)
        }
        await place.end()
    }

    @Test(
        "A name with addresses of both kinds is reached by the one that answers", .enabled(if: OwnHosts.arePossible, "needs root"),
        arguments: ["127.0.0.1", "::1"])
    func bothFamilies(address: String) async throws {
        let hosts = try OwnHosts(["127.0.0.1 cloud.test", "::1 cloud.test"])
        try await seated {
            let folder = try TemporaryFolder()
            let authority = try folder.write(try House.authority.get().certificatePEM.utf8, to: "authority.pem")
            let cloud = try await Cloud.start(address: address, identity: try House.authority.get().issue(dnsNames: ["cloud.test"]))
            let proxy = try await Proxy.start(
                folder.file("data"), House.flags(cloud, authority) + ["--upstream", "https://cloud.test:\(cloud.port)"],
                wrapper: hosts.wrapper)
            let client = try EnvoyClient(host: "127.0.0.1", port: proxy.port, transport: .tls(.v1_2))
            #expect(try await client.send(PostedReport.any.request).isSuccess, "\(proxy.log)")
            #expect(cloud.requests.map(\.bytes) == [PostedReport.any.request])
            #expect(await proxy.stop() == 0)
            await cloud.stop()
        }
    }
}

/// A place that accepts connections and says nothing, or does not even accept.
private struct SilentPlace {
    let program: Program
    let port: Int

    static func start(accepts: Bool) async throws -> SilentPlace {
        // Linux lets one connection more than the backlog wait; what comes then hears nothing.
        let script = """
            import socket, sys, time
            server = socket.socket()
            server.bind(("127.0.0.1", 0))
            server.listen(0 if sys.argv[1] == "full" else 100)
            held = []
            for _ in range(4 if sys.argv[1] == "full" else 0):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(server.getsockname())
                held.append(filler)
            print(server.getsockname()[1], flush=True)
            while True:
                if sys.argv[1] == "full": time.sleep(1000)
                held.append(server.accept())
            """
        let program = try Program("python3", ["-c", script, accepts ? "silent" : "full"])
        _ = await program.output.wait { $0.text.contains("\n") || $0.hasEnded }
        let port = try #require(program.output.value.lines.first.flatMap { Int($0) }, "\(program.errors.value.text)")
        return SilentPlace(program: program, port: port)
    }

    func end() async {
        program.send(SIGKILL)
        _ = await program.end()
    }
}

/// Names that one program alone knows.
private struct OwnHosts {
    static let arePossible =
        geteuid() == 0 && Program.succeeds("unshare", ["--mount", "/bin/sh", "-c", "mount --bind /etc/hosts /etc/hosts"])

    private let folder: TemporaryFolder
    /// Runs a command that knows them.
    let wrapper: [String]

    init(_ lines: [String]) throws {
        folder = try TemporaryFolder()
        let file = try folder.write((lines.joined(separator: "\n") + "\n").utf8, to: "hosts")
        wrapper = [
            "unshare", "--mount", "/bin/sh", "-c",
            "mount --bind \(file.path(percentEncoded: false)) /etc/hosts && exec \"$@\"", "sh",
        ]
    }
}
