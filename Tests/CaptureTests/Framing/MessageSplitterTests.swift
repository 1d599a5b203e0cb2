import NIOCore
import NIOEmbedded
import NIOHTTP1
import TestSupport
import Testing

@testable import Capture

@Suite("A stream of requests is parted without touching a byte of it")
struct MessageSplitterTests {
    /// What came out at the end of the pipeline, with the bytes of each request joined.
    private struct Parts: Equatable, CustomStringConvertible {
        var requests: [String] = []
        var unfinished = ""
        var refusals: [Refusal] = []
        var description: String { "\(requests.map(\.debugDescription)), \(unfinished.debugDescription), \(refusals)" }
    }

    private static func parts(of pieces: [ArraySlice<UInt8>], limits: CaptureLimits = CaptureLimits()) throws -> Parts {
        let channel = EmbeddedChannel()
        let progress = FramingProgress()
        try channel.pipeline.syncOperations.addHandlers([
            MessageSplitter(progress, strictness: .requests, headLimit: limits.requestHead),
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)),
            RequestAssembler(progress, limits: limits, isSecured: true, isOverLimit: false),
        ])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        for piece in pieces { try channel.writeInbound(ByteBuffer(bytes: piece)) }
        var parts = Parts()
        while let part = try channel.readInbound(as: RequestPart.self) {
            switch part {
            case .head: break
            case .bytes(let bytes):
                // A character a byte: a piece may end within one of UTF-8.
                parts.unfinished.unicodeScalars += bytes.readableBytesView.map { Unicode.Scalar($0) }
            case .end:
                parts.requests.append(parts.unfinished)
                parts.unfinished = ""
            case .refused(let refusal): parts.refusals.append(refusal)
            }
        }
        // What a channel says at its end has no bearing on what came before.
        _ = try? channel.finish()
        return parts
    }

    private static let requests = [
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello\r\n\r\nwo", "GET /b HTTP/1.1\r\nhOsT:  y \r\n\r\n",
        "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;x=\"y\"\r\nWi\r\n\r\n0B\r\npedia\r\n in \r\n0\r\nT: 1\r\n\r\n",
        "POST /d HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "DELETE /e HTTP/1.1\r\n\r\n",
        "POST /f HTTP/1.1\r\nContent-Length: 3\r\n\r\n\r\n\r",
        "POST /g HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "PUT /h HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
        "POST /i HTTP/1.1\r\nHost: x \r\nContent-Length: 3  \r\n\r\nabc",
        "POST /j HTTP/1.1\r\nTransfer-Encoding: chunked  \r\n\r\n2\r\nab\r\n0\r\n\r\n",
    ]

    @Test("Torn anywhere, the same requests come out, byte for byte")
    func anyFragmentation() throws {
        let seed = SeededRandom.seed()
        var random = SeededRandom(seed)
        for round in 0..<300 {
            let chosen = (0..<Int.random(in: 1...6, using: &random)).compactMap { _ in Self.requests.randomElement(using: &random) }
            let stream = Array(chosen.joined().utf8)
            var pieces: [ArraySlice<UInt8>] = []
            var rest = stream[...]
            let most = [1, 3, 20, 1000][round % 4]
            while !rest.isEmpty {
                pieces.append(rest.prefix(Int.random(in: 1...most, using: &random)))
                rest = rest.dropFirst(pieces.last?.count ?? 1)
            }
            let expected = Parts(requests: chosen)
            let got = try Self.parts(of: pieces)
            try #require(got == expected, "seed \(seed), round \(round)")
        }
    }

    @Test("Torn at each place in turn, a request and the next stay apart", arguments: requests)
    func eachPlace(request: String) throws {
        let stream = Array((request + "GET /next HTTP/1.1\r\n\r\n").utf8)
        for place in 1..<stream.count {
            let got = try Self.parts(of: [stream[..<place], stream[place...]])
            try #require(got == Parts(requests: [request, "GET /next HTTP/1.1\r\n\r\n"]), "torn at \(place)")
        }
    }

    @Test(
        "A refusal is the same however the bytes are torn, and the last word",
        arguments: [
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "POST / HTTP/1.1\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "CONNECT a:1 HTTP/1.1\r\n\r\n",
        ])
    func refusals(text: String) throws {
        let stream = Array((Self.requests[0] + text + Self.requests[1]).utf8)
        let whole = try Self.parts(of: [stream[...]])
        #expect(whole.refusals.count == 1 && whole.requests == [Self.requests[0]])
        for place in 1..<stream.count {
            let got = try Self.parts(of: [stream[..<place], stream[place...]])
            #expect(got.refusals == whole.refusals && got.requests == whole.requests, "torn at \(place)")
        }
    }

    @Test("Bytes of no meaning never come through as a request, and never crash")
    func noise() throws {
        let seed = SeededRandom.seed()
        var random = SeededRandom(seed)
        for round in 0..<500 {
            var stream = Array(Self.requests.joined().utf8)
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                stream[Int.random(in: 0..<stream.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let whole = try Self.parts(of: [stream[...]])
            let torn = try Self.parts(of: stream.map { [$0] })
            try #require(whole.requests == torn.requests && whole.refusals.count == torn.refusals.count, "seed \(seed), round \(round)")
            let taken = whole.requests.joined().unicodeScalars.map { UInt8($0.value) }
            try #require(
                taken.isEmpty || stream.starts(with: taken) || stream.drop { $0 == 13 || $0 == 10 }.starts(with: taken.prefix(4)),
                "seed \(seed), round \(round)")
        }
    }

    @Test("A head over its limit is refused as soon as that is clear")
    func headLimit() throws {
        var limits = CaptureLimits()
        limits.requestHead = 100
        let fits = "GET /\(String(repeating: "a", count: 100 - 18)) HTTP/1.1\r\n\r\n"
        #expect(fits.utf8.count == 100)
        #expect(try Self.parts(of: [Array(fits.utf8)[...]], limits: limits) == Parts(requests: [fits]))
        #expect(try Self.parts(of: [Array("GET /a\(fits.dropFirst(5))".utf8)[...]], limits: limits).refusals == [.headTooLarge])
        #expect(try Self.parts(of: [Array(repeating: 97, count: 101)[...]], limits: limits).refusals == [.headTooLarge])
        #expect(try Self.parts(of: [Array(repeating: 97, count: 100)[...]], limits: limits).refusals == [])
    }
}
