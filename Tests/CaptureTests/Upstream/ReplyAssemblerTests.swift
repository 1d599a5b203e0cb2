import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOSSL
import Testing

@testable import Capture

@Suite("Whether a reply is whole when its connection ends")
struct ReplyAssemblerTests {
    /// As NIO tells of it.
    private static let reset = IOError(errnoCode: 104, reason: "read(descriptor:pointer:size:)")

    /// Lets a reply arrive and its connection end, and says what is made of it.
    private static func outcome(of reply: String, endingWith error: (any Error)? = nil) throws -> String {
        let channel = EmbeddedChannel()
        let progress = FramingProgress()
        let limits = CaptureLimits()
        try channel.pipeline.syncOperations.addHandlers([
            RequestEnvelope(),
            MessageSplitter(progress, strictness: .replies, headLimit: limits.requestHead),
            ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop)),
            ReplyAssembler(progress, to: HTTPRequestHead(version: .http1_1, method: .POST, uri: "/"), limits: limits, verifiedName: nil),
        ])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(ByteBuffer(string: reply))
        if let error { channel.pipeline.fireErrorCaught(error) }
        _ = try channel.finish(acceptAlreadyClosed: true)
        var outcomes: [String] = []
        while let event = try channel.readInbound(as: UpstreamEvent.self) {
            switch event {
            case .ready, .bytes: break
            case .end(let summary): outcomes.append("whole, \(summary.status ?? 0)")
            case .failed(let failure): outcomes.append(failure.name)
            }
        }
        return outcomes.joined(separator: "; ")
    }

    @Test(
        "One without a length ends with its connection, but not with a reset of it",
        arguments: ["HTTP/1.1 200 OK\r\n\r\nhello", "HTTP/1.0 200 OK\r\n\r\n"])
    func untilClose(reply: String) throws {
        #expect(try Self.outcome(of: reply) == "whole, 200")
        #expect(try Self.outcome(of: reply, endingWith: Self.reset) == "closed_mid_reply")
    }

    @Test("What is no HTTP likewise")
    func junk() throws {
        #expect(try Self.outcome(of: "hello\r\n\r\nworld") == "whole, 0")
        #expect(try Self.outcome(of: "hello\r\n\r\nworld", endingWith: Self.reset) == "closed_mid_reply")
    }

    @Test("TLS that ends without taking leave is an end as any other: old servers close so")
    func uncleanShutdown() throws {
        #expect(try Self.outcome(of: "HTTP/1.1 200 OK\r\n\r\nhello", endingWith: NIOSSLError.uncleanShutdown) == "whole, 200")
    }

    @Test("One that came to the end of its length, or of its chunks, is whole whatever follows")
    func ended() throws {
        for reply in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n",
        ] {
            #expect(try Self.outcome(of: reply, endingWith: Self.reset) == "whole, \(reply.contains("204") ? 204 : 200)")
        }
        #expect(try Self.outcome(of: "", endingWith: Self.reset) == "closed_without_reply")
    }
}
