import Foundation
import Simulator
import TestSupport
import Testing

@Suite("What two readers could read in two ways is refused, and reaches nobody", .timeLimit(.minutes(10)))
struct SmugglingTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: String
        var status = 400
    }

    static let refused: [Shape] = [
        Shape(
            testDescription: "both lengths",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Shape(
            testDescription: "both lengths, the other way round",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
        Shape(
            testDescription: "two different Content-Lengths",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 0\r\n\r\nabcd"),
        Shape(
            testDescription: "the same Content-Length twice",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd"),
        Shape(testDescription: "a list of Content-Lengths", bytes: "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\nabcd"),
        Shape(testDescription: "a negative Content-Length", bytes: "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
        Shape(testDescription: "a Content-Length with a sign", bytes: "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\nabcd"),
        Shape(testDescription: "a hexadecimal Content-Length", bytes: "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\nabcd"),
        Shape(
            testDescription: "a Content-Length past 64 bits",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551620\r\n\r\nabcd"),
        Shape(testDescription: "a Content-Length in other digits", bytes: "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ٤\r\n\r\nabcd"),
        Shape(testDescription: "an empty Content-Length", bytes: "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n"),
        Shape(
            testDescription: "a chunk size that is no number",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n"),
        Shape(
            testDescription: "a negative chunk size", bytes: "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n"),
        Shape(
            testDescription: "a chunk size past 64 bits",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000004\r\nabcd\r\n0\r\n\r\n"),
        Shape(
            testDescription: "a chunk longer than its size",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n"),
        Shape(
            testDescription: "a chunk size ended by a bare line feed",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\nabcd\r\n0\r\n\r\n"),
        Shape(
            testDescription: "a chunked coding that is not the last",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        Shape(
            testDescription: "another coding before chunked",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        Shape(
            testDescription: "a coding that looks like chunked",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        Shape(
            testDescription: "two Transfer-Encodings",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Shape(testDescription: "chunks in HTTP/1.0", bytes: "POST /x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Shape(
            testDescription: "a header continued on the next line",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nX: 1\r\n Content-Length: 4\r\n\r\nabcd"),
        Shape(
            testDescription: "a header continued after a tab",
            bytes: "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n"),
        Shape(testDescription: "a bare line feed in the head", bytes: "POST /x HTTP/1.1\r\nHost: a\nContent-Length: 4\r\n\r\nabcd"),
        Shape(testDescription: "line feeds alone", bytes: "POST /x HTTP/1.1\nHost: a\n\n"),
        Shape(
            testDescription: "a bare carriage return in the head", bytes: "POST /x HTTP/1.1\r\nHost: a\rX: b\r\nContent-Length: 0\r\n\r\n"),
        Shape(testDescription: "a NUL in a header", bytes: "POST /x HTTP/1.1\r\nHost: a\0b\r\n\r\n"),
        Shape(testDescription: "a NUL in the target", bytes: "POST /x\0y HTTP/1.1\r\nHost: a\r\n\r\n"),
        Shape(testDescription: "a space before the colon", bytes: "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length : 4\r\n\r\nabcd"),
        Shape(testDescription: "a header without a colon", bytes: "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length\r\n\r\n"),
        Shape(testDescription: "a header without a name", bytes: "POST /x HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"),
        Shape(testDescription: "a first header that begins with a space", bytes: "POST /x HTTP/1.1\r\n Host: a\r\n\r\n"),
        Shape(testDescription: "no version", bytes: "POST /x\r\nHost: a\r\n\r\n"),
        Shape(testDescription: "another protocol's version", bytes: "POST /x HTTP/2.0\r\nHost: a\r\n\r\n"),
        Shape(testDescription: "a method that is none", bytes: "P\u{7f}ST /x HTTP/1.1\r\nHost: a\r\n\r\n"),
        Shape(testDescription: "the preface of HTTP/2", bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Shape(testDescription: "CONNECT", bytes: "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n", status: 405),
        Shape(
            testDescription: "CONNECT with a body", bytes: "CONNECT a:443 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd", status: 405
        ),
    ]

    @Test("Each shape is refused with its status, and a line in the log; nothing is kept or forwarded")
    func refused() async throws {
        try await withHouse(.normal, ["--log-level", "debug"]) { house async throws in
            for shape in Self.refused {
                // Twice: in one piece, and byte by byte.
                for pieces in [[Array(shape.bytes.utf8)], shape.bytes.utf8.map { [$0] }] {
                    let connection = try await RawConnection.open(house.proxy.plainPort)
                    for piece in pieces { await connection.sendAsMuchAsIsTaken(piece) }
                    let answered = await connection.received.wait { $0.status != nil || $0.isClosed }
                    let got = connection.received.value
                    #expect(answered && got.status == shape.status, "\(shape.testDescription): \(got.text.debugDescription)")
                    #expect(got.text.contains("\r\nConnection: close\r\n"), "\(shape.testDescription)")
                    await connection.close()
                }
            }
            #expect(house.cloud.requestCount == 0)
            #expect(house.proxy.finalNames == [] && house.proxy.partialNames == [])
            #expect(
                await house.proxy.program.errors.wait {
                    $0.lines.filter { $0.contains("connection refused") }.count == 2 * Self.refused.count
                })
        }
    }

    @Test("Nothing that follows a refused request on the same connection is read as another")
    func nothingFollows() async throws {
        try await withHouse { house async throws in
            for shape in Self.refused {
                let connection = try await RawConnection.open(house.proxy.plainPort)
                await connection.sendAsMuchAsIsTaken(Array(shape.bytes.utf8) + NumberedRequest.bytes(1, body: [1]))
                _ = await connection.received.wait { $0.status != nil || $0.isClosed }
                #expect(connection.received.value.text.components(separatedBy: "HTTP/1.1 ").count == 2, "\(shape.testDescription)")
                await connection.close()
            }
            #expect(house.cloud.requestCount == 0 && house.proxy.finalNames == [])
        }
    }

    @Test("The same over TLS")
    func overTLS() async throws {
        try await withHouse { house async throws in
            for shape in Self.refused.prefix(3) {
                let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
                await connection.sendAsMuchAsIsTaken(shape.bytes.utf8)
                #expect(await connection.rest().status == shape.status)
            }
            #expect(house.cloud.requestCount == 0)
        }
    }

    @Test(
        "A request that ends in the middle is no request",
        arguments: [
            "POST /x HT", "POST /x HTTP/1.1\r\nHost: a\r\n", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab",
        ])
    func brokenOff(text: String) async throws {
        try await withHouse { house async throws in
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(text)
            // It has read them once it has something to say of them, so the hang-up waits for the other side's silence only.
            await connection.close()
            #expect(await house.proxy.logs("closed in the middle of a request"))
            #expect(house.cloud.requestCount == 0 && house.proxy.finalNames == [] && house.proxy.partialNames == [])
        }
    }

    @Test(
        "Whatever a request names as its place, it goes to the configured cloud and nowhere else, unchanged",
        arguments: [
            "POST http://127.0.0.1:OTHER/x HTTP/1.1\r\nHost: 127.0.0.1:OTHER\r\n", "POST https://127.0.0.1:OTHER/x HTTP/1.1\r\nHost: a\r\n",
            "POST /x HTTP/1.1\r\nHost: 127.0.0.1:OTHER\r\n", "POST /x HTTP/1.1\r\nHost: localhost:OTHER\r\n",
            "POST /x HTTP/1.1\r\nHost: home.enphaseenergy.com\r\n",
            "POST /x HTTP/1.1\r\nHost: [::1]:OTHER\r\n", "POST /x HTTP/1.1\r\nHost: a\r\nHost: 127.0.0.1:OTHER\r\n",
            "POST /x HTTP/1.1\r\nHost:\r\n", "POST /x HTTP/1.1\r\n",
            "POST /x HTTP/1.1\r\nHost: a@127.0.0.1:OTHER\r\n", "POST /x HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: 127.0.0.1:OTHER\r\n",
            "POST //127.0.0.1:OTHER/x HTTP/1.1\r\nHost: a\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n",
        ])
    func onePlaceOnly(head: String) async throws {
        let other = try await Cloud.start(identity: nil)
        try await withHouse { house async throws in
            let text = head.replacing("OTHER", with: "\(other.port)") + "Content-Length: 1\r\nConnection: close\r\n\r\na"
            let connection = try await RawConnection.open(house.proxy.port, tls: RawConnection.trustingTLS)
            try await connection.send(text)
            #expect(await connection.rest().status == 200)
            #expect(house.cloud.requests.map { String(decoding: $0.bytes, as: UTF8.self) } == [text])
            #expect(other.requestCount == 0)
        }
        await other.stop()
    }

    @Test(
        "A name in the client's TLS hello chooses no other place", .enabled(if: Program.isInstalled("openssl"), "openssl is not installed"))
    func serverName() async throws {
        try await withHouse { house async throws in
            let input = try house.folder.write(PostedReport.any.request, to: "request")
            let result = try await Program.run(
                "openssl", ["s_client", "-connect", "127.0.0.1:\(house.proxy.port)", "-quiet", "-servername", "home.enphaseenergy.com"],
                input: input)
            #expect(result.text.hasPrefix("HTTP/1.1 200 OK"))
            #expect(house.cloud.requests.map(\.bytes) == [PostedReport.any.request])
        }
    }
}
