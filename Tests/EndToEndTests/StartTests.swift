import Foundation
import Simulator
import TestSupport
import Testing

@Suite("What a start says, and what it serves", .timeLimit(.minutes(10)))
struct StartTests {
    @Test("Where it listens, writes and forwards to is printed, and the next step with an Envoy and with none")
    func notice() async throws {
        try await withHouse { house async throws in
            _ = await house.proxy.program.output.wait { $0.text.contains("stop with ctrl-c") }
            let lines = house.proxy.program.output.value.text.split(separator: "\n")
            #expect(
                Array(lines.prefix(4)) == [
                    "heliograph is running",
                    "  listens on    127.0.0.1:\(house.proxy.port), and 127.0.0.1:\(house.proxy.plainPort) for plain HTTP",
                    "  writes to     \(house.proxy.spool.path(percentEncoded: false))",
                    "  forwards to   https://localhost:\(house.cloud.port)",
                ])
            let text = house.proxy.program.output.value.text
            #expect(text.contains("with an Envoy:    redirect its TCP port 443 to port \(house.proxy.port) of this machine"))
            let program = Program.built("heliograph")
            #expect(text.contains("sudo \(program) gateway up --envoy ADDRESS"))
            #expect(text.contains(" \(program) simulate envoy --to https://127.0.0.1:\(house.proxy.port) --speed 300"))
            #expect(!text.contains("experimental") && !text.contains("to Enphase"))
            #expect(!house.proxy.log.contains { $0.contains("experimental") })
        }
    }

    @Test(
        "Answering here is called experimental, with the reason, wherever it is offered",
        arguments: [["--cloud", "shield"], ["--cloud", "answer"], ["--answer-after", "3d"]])
    func experimental(flags: [String]) async throws {
        try await withHouse(.normal, flags) { house async throws in
            let reason = "(experimental: what an Envoy accepts is not known for sure)"
            #expect(await house.proxy.program.output.wait { $0.text.contains("stop with ctrl-c") })
            #expect(house.proxy.program.output.value.text.split(separator: "\n").contains { $0.contains("answers") && $0.contains(reason) })
            #expect(house.proxy.lines(containing: "answering in the cloud's place is experimental").count == 1)
            guard flags[0] == "--cloud" else { return }
            #expect(try await house.status().contains(reason))
            #expect(try await house.heliograph("cloud").text.contains(reason))
        }
    }

    @Test("The line that says where it listens is there whatever else is logged", arguments: ["error", "critical"])
    func listening(level: String) async throws {
        // Starting waits for that line.
        try await withHouse(.normal, ["--log-level", level, "--cloud", "answer"]) { house async throws in
            #expect(house.proxy.log.count == 2 && house.proxy.lines(containing: " listening ").count == 2, "\(house.proxy.log)")
            #expect(try await house.post(PostedReport.any.request).isSuccess)
        }
    }

    @Test("At SIGHUP it says where something has changed that holds only from the next start on")
    func reloaded() async throws {
        let folder = try TemporaryFolder()
        let settings = try folder.write("cloud: shield\n".utf8, to: "heliograph.yaml")
        try await withHouse(.normal, ["--config", settings.path(percentEncoded: false)]) { house async throws in
            _ = try folder.write("cloud: answer\n".utf8, to: "heliograph.yaml")
            house.proxy.program.send(SIGHUP)
            #expect(await house.proxy.logs("cloud mode changed"))
            #expect(house.proxy.lines(containing: "hold from the next start on") == [])
            _ = try folder.write("cloud: answer\ndeliver-pause: 5s\n".utf8, to: "heliograph.yaml")
            house.proxy.program.send(SIGHUP)
            #expect(await house.proxy.logs("some that have changed hold from the next start on"))
        }
    }

    @Test("The owner's own certificate is what the Envoy sees", .enabled(if: Program.isInstalled("openssl"), "openssl is not installed"))
    func ownCertificate() async throws {
        let folder = try TemporaryFolder()
        let pem = try House.authority.get().issuePEM(dnsNames: ["reports.enphaseenergy.com"])
        let certificate = try folder.write(pem.certificate.utf8, to: "own.pem")
        let key = try folder.write(pem.key.utf8, to: "own-key.pem")
        let flags = ["--certificate", certificate.path(percentEncoded: false), "--private-key", key.path(percentEncoded: false)]
        try await withHouse(.normal, flags) { house async throws in
            let input = try house.folder.write(PostedReport.any.request, to: "request")
            let result = try await Program.run(
                "openssl",
                [
                    "s_client", "-connect", "127.0.0.1:\(house.proxy.port)", "-CAfile", house.authority.path(percentEncoded: false),
                    "-verify_return_error", "-verify_hostname", "reports.enphaseenergy.com", "-servername", "reports.enphaseenergy.com",
                    "-quiet",
                ], input: input)
            #expect(result.text.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(result.errors)")
            #expect(try await house.proxy.awaited("request") == PostedReport.any.request)
        }
    }

    @Test("An Envoy with an IPv6 address is served as any other")
    func listensOnIPv6() async throws {
        try await seated {
            let folder = try TemporaryFolder()
            let authority = try folder.write(try House.authority.get().certificatePEM.utf8, to: "authority.pem")
            let cloud = try await Cloud.start(identity: try House.identity.get())
            let proxy = try await Proxy.start(
                folder.file("data"), House.flags(cloud, authority) + ["--envoy", "::1"], address: "[::1]")
            let client = try EnvoyClient(host: "::1", port: proxy.port, transport: .tls(.v1_2))
            #expect(try await client.send(PostedReport.any.request).isSuccess)
            #expect(await proxy.logs("envoy=\"::1\"", within: .seconds(1)) || proxy.log.contains { $0.contains("envoy=::1") })
            #expect(await proxy.stop() == 0)
            await cloud.stop()
        }
    }
}
