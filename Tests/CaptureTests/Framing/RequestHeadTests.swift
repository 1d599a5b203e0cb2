import NIOHTTP1
import Testing

@testable import Capture

@Suite("What is read from a request's head")
struct RequestHeadTests {
    private static func checked(_ headers: [(String, String)], method: HTTPMethod = .POST, version: HTTPVersion = .http1_1) -> Result<
        RequestHead, Refusal
    > {
        RequestHead.checked(HTTPRequestHead(version: version, method: method, uri: "/x", headers: HTTPHeaders(headers)), bodyLimit: 1000)
    }

    private static func framing(_ headers: [(String, String)]) throws -> String { "\(try checked(headers).get().framing)" }

    @Test("The length decides how the body ends")
    func framing() throws {
        #expect(try Self.framing([("Content-Length", "1000")]) == "counted(1000)")
        #expect(try Self.framing([("content-length", "0")]) == "parsed")
        #expect(try Self.framing([]) == "parsed")
        #expect(try Self.framing([("Transfer-Encoding", "Chunked")]) == "parsed")
    }

    @Test(
        "A length that could be read in two ways is refused",
        arguments: ["", "+1", "-1", "1,1", "0x1", "1 1", "٣", "99999999999999999999", " ", "1 ,", "+ 1", "1\u{b}", "1\u{a0}"])
    func lengths(text: String) {
        guard case .failure(.malformed) = Self.checked([("Content-Length", text)]) else { return #expect(Bool(false), "taken") }
    }

    @Test("A length over the limit is refused as such")
    func limit() {
        guard case .failure(.bodyTooLarge(limit: 1000)) = Self.checked([("Content-Length", "1001")]) else {
            return #expect(Bool(false), "taken")
        }
    }

    @Test("Blanks around a value are no part of it", arguments: [" ", "\t", " \t "])
    func blanks(blank: String) throws {
        #expect(try Self.framing([("Content-Length", "729\(blank)")]) == "counted(729)")
        #expect(try Self.framing([("Content-Length", "\(blank)0\(blank)")]) == "parsed")
        #expect(try Self.framing([("Transfer-Encoding", "chunked\(blank)")]) == "parsed")
        #expect(try Self.checked([("Host", "a.example:443\(blank)")]).get().host == "a.example")
        #expect(try Self.checked([("Host", "\(blank)a.example\(blank)")]).get().host == "a.example")
        #expect(try Self.checked([("Expect", "100-continue\(blank)")]).get().expectsContinue)
    }

    @Test("Two lengths, or a coding that is not just chunked, are refused")
    func codings() {
        for headers in [
            [("Content-Length", "1"), ("Content-Length", "1")], [("Content-Length", "1"), ("Transfer-Encoding", "chunked")],
            [("Transfer-Encoding", "gzip, chunked")],
            [("Transfer-Encoding", "identity")], [("Transfer-Encoding", "")], [("Transfer-Encoding", " ")],
            [("Transfer-Encoding", "chunked ,")], [("Transfer-Encoding", "chunked\u{b}")],
            [("Content-Length", "1 "), ("Content-Length", "1")], [("Content-Length", "1 "), ("Transfer-Encoding", "chunked ")],
            [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")],
        ] as [[(String, String)]] {
            guard case .failure(.malformed) = Self.checked(headers) else {
                Issue.record("taken: \(headers)")
                continue
            }
        }
        guard case .failure(.malformed) = Self.checked([("Transfer-Encoding", "chunked")], version: .http1_0) else {
            return #expect(Bool(false), "taken in HTTP/1.0")
        }
        guard case .failure(.tunnel) = Self.checked([], method: .CONNECT) else { return #expect(Bool(false), "a tunnel") }
    }

    @Test(
        "The host is a DNS name in lower case without its port, or none",
        arguments: [
            ("reports.enphaseenergy.com:443", "reports.enphaseenergy.com"), ("Reports.EnphaseEnergy.COM", "reports.enphaseenergy.com"),
            ("a-1", "a-1"), ("", nil),
            ("192.0.2.1", nil), ("192.0.2.1:443", nil), ("[::1]:443", nil), ("a@b", nil), ("a/b", nil), ("a b", nil), ("ä.example", nil),
            (":443", nil),
            (String(repeating: "a", count: 254), nil),
        ])
    func host(header: String, name: String?) throws {
        #expect(try Self.checked([("Host", header)]).get().host == name)
    }

    @Test("Two hosts are none")
    func twoHosts() throws {
        #expect(try Self.checked([("Host", "a"), ("Host", "a")]).get().host == nil)
        #expect(try Self.checked([]).get().host == nil)
    }

    @Test("Whether the connection goes on: HTTP/1.1 unless it says close, HTTP/1.0 only if it asks, and never after an upgrade")
    func keepsAlive() throws {
        #expect(try Self.checked([]).get().keepsAlive)
        #expect(try !Self.checked([("Connection", "close")]).get().keepsAlive)
        #expect(try !Self.checked([("Connection", "Close")]).get().keepsAlive)
        #expect(try !Self.checked([], version: .http1_0).get().keepsAlive)
        #expect(try Self.checked([("Connection", "keep-alive")], version: .http1_0).get().keepsAlive)
        #expect(try !Self.checked([("Upgrade", "websocket")]).get().keepsAlive)
    }

    @Test("100-continue is for HTTP/1.1 alone")
    func expectation() throws {
        #expect(try Self.checked([("Expect", "100-Continue")]).get().expectsContinue)
        #expect(try !Self.checked([("Expect", "100-continue")], version: .http1_0).get().expectsContinue)
        #expect(try !Self.checked([("Expect", "something")]).get().expectsContinue)
    }
}
