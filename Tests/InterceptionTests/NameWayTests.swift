import Foundation
import TestSupport
import Testing

@testable import Interception

@Suite("The way by name")
struct NameWayTests {
    private static let question = NameQuestion(identifier: 0x1234, name: "a.example")

    /// An answer with one record, whose name is a pointer to the question's.
    private static func answer(_ type: UInt8 = 1, _ data: [UInt8] = [10, 0, 0, 7]) -> [UInt8] {
        [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 1, 97, 7, 101, 120, 97, 109, 112, 108, 101, 0, 0, 1, 0, 1]
            + [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, UInt8(data.count)] + data
    }

    @Test("A question is asked as RFC 1035 says, and its answer read")
    func wire() throws {
        let datagram = try #require(Self.question.datagram)
        #expect(datagram == [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 7, 101, 120, 97, 109, 112, 108, 101, 0, 0, 1, 0, 1])
        #expect(Self.question.addresses(in: Self.answer())?.map(\.description) == ["10.0.0.7"])
        #expect(Self.question.addresses(in: Self.answer(5, [1, 98, 0])) == [], "another name, and no address")
        #expect(NameQuestion(identifier: 1, name: "a..b").datagram == nil)
        #expect(NameQuestion(identifier: 1, name: String(repeating: "x", count: 64)).datagram == nil)
    }

    @Test("What is no answer to it is none, and cut or damaged it traps nowhere")
    func damaged() {
        let whole = Self.answer()
        #expect(NameQuestion(identifier: 9, name: "a.example").addresses(in: whole) == nil)
        for length in 0..<whole.count { #expect(Self.question.addresses(in: Array(whole.prefix(length))) == nil) }
        var random = SeededRandom(7)
        for _ in 0..<2000 {
            var bytes = whole
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            _ = Self.question.addresses(in: bytes)
        }
    }

    @Test("Each of its conditions, met and not met")
    func conditions() {
        func verdicts(
            _ answered: Result<[IPv4Address], InterceptionError>?, _ ports: Set<Int>, _ resolved: [String],
            _ service: DoctorFacts.Service = .runs(port: 443)
        ) -> [Finding.Verdict] {
            NameWay(
                cloud: "c.example", machine: .small { $0.listeningPorts = ports }, answered: answered, resolved: resolved, service: service
            ).findings.map(\.verdict)
        }
        let own = IPv4Address(number: 0xC0A8_0105)
        #expect(verdicts(.success([own]), [443], ["203.0.113.7"]) == [.right, .right, .right])
        #expect(verdicts(nil, [443], ["203.0.113.7"]) == [.unknown, .right, .right])
        #expect(verdicts(.success([]), [4430], []) == [.wrong, .wrong, .wrong])
        #expect(verdicts(.failure(.notRead("x", reason: "y")), [443], ["192.168.1.5"]) == [.wrong, .right, .wrong])
        // Something listens there; but it is a web server.
        for other in [DoctorFacts.Service.stopped, .runs(port: 4430)] {
            #expect(verdicts(.success([own]), [443, 4430], ["203.0.113.7"], other) == [.right, .wrong, .right])
        }
        #expect(verdicts(.success([own]), [443], ["203.0.113.7"], .unknown) == [.right, .right, .right])
    }

    @Test(
        "A name server's override is seen, in a home", .timeLimit(.minutes(10)),
        .enabled(if: Home.missing.isEmpty, "no home can be built here: \(Home.missing.joined(separator: ", "))"))
    func asked() async throws {
        try await Home.with { home in
            // Answers every question with the box's address, or, to the second one, with another.
            let script = """
                import socket
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("\(Home.reports)", 53)); print("ready", flush=True)
                for last in (5, 9):
                    q, a = s.recvfrom(999)
                    s.sendto(q[:2] + b"\\x81\\x80\\0\\1\\0\\1\\0\\0\\0\\0" + q[12:] + b"\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\x3c\\0\\4" + bytes([10, 214, 0, last]), a)
                """
            let server = try Program("python3", ["-c", script])
            defer { server.send(SIGKILL) }
            #expect(await server.output.wait { $0.text.contains("ready") })
            for expected in ["right", "wrong"] {
                let result = try await Program.run(
                    "ip",
                    ["netns", "exec", home.box, Program.built("heliograph"), "gateway", "dns", "--json", "--server", Home.reports]
                        + ["--upstream", "https://10.215.1.11"])
                let json = try #require(JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any], "\(result.errors)")
                let findings = try #require(json["findings"] as? [[String: Any]])
                #expect(findings.first?["verdict"] as? String == expected)
                #expect(findings[1]["verdict"] as? String == "wrong", "nothing listens on port 443")
                #expect(result.status == 1)
            }
        }
    }
}
