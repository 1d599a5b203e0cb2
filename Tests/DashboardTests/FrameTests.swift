import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Dashboard

@Suite("A page begins before its facts are known", .timeLimit(.minutes(5)))
struct FrameTests {
    /// Keeps what is written, piece by piece.
    private final class Pieces: Sendable {
        let texts = Mutex<[String]>([])
        var all: [String] { texts.withLock { $0 } }
    }
    private struct Writer: ResponseBodyWriter {
        let pieces: Pieces
        func write(_ buffer: ByteBuffer) { pieces.texts.withLock { $0.append(String(buffer: buffer)) } }
        func finish(_: HTTPFields?) {}
    }
    private struct Facts {
        let message = "a <fact>"
        let hint: String? = nil
    }

    private func write(_ facts: @escaping @Sendable (Pieces) async throws -> Any) async throws -> [String] {
        let pages = try Pages(token: CrossSiteToken(), refusals: Refusals(logger: Logger(label: "test")))
        let pieces = Pieces()
        let head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/some")
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        let response = try await pages.page(request, PageFrame("refusal", title: "Some <page>")) { try await facts(pieces) }
        #expect(response.status == .ok && response.headers[.contentType] == "text/html; charset=utf-8")
        try await response.body.write(Writer(pieces: pieces))
        return pieces.all
    }

    @Test("Its frame is on the way when they are asked for, and both together are a whole page")
    func order() async throws {
        let pieces = try await write { pieces in
            #expect(pieces.all.count == 1)
            return Facts()
        }
        #expect(pieces.count == 2)
        #expect(pieces[0].hasPrefix("<!doctype html>") && pieces[0].contains("<title>Some &lt;page&gt; · Heliograph</title>"))
        #expect(pieces[0].contains("<main id=\"content\""))
        #expect(pieces[1].contains("<h1>a &lt;fact&gt;</h1>") && pieces[1].hasSuffix("</html>\n"))
    }

    @Test("Facts that can't be had are told of within the page, which ends as one")
    func failure() async throws {
        let pieces = try await write { _ in throw Refused(.notFound, "no <such> thing", hint: "look elsewhere") }
        #expect(pieces[1].contains("<h1>no &lt;such&gt; thing</h1><p>look elsewhere</p>") && pieces[1].hasSuffix("</html>\n"))
        await #expect(throws: CancellationError.self) { _ = try await write { _ in throw CancellationError() } }
    }

    @Test("An archive that fails when a page has begun: the page says so, the log says why, and the next page is whole")
    func broken() async throws {
        try await withStage { stage async throws in
            try stage.alter("ALTER TABLE device RENAME TO gone")
            for path in ["/", "/panels", "/roof", "/events"] {
                let page = try await stage.ask(path)
                #expect(page.status == 200 && page.text.contains("the archive can&#39;t be read"), "\(path)")
                #expect(page.text.contains("data-refused") && page.text.hasSuffix("</html>\n"), "\(path)")
            }
            let warning = "warning the dashboard can't read the archive"
            #expect(stage.log.lines.value.contains { $0.hasPrefix(warning) && $0.contains("device") })
            // What is known before is refused as ever.
            #expect(try await stage.ask("/panels/\(SunnyRoof.shaded)").status == 503)
            #expect(try await stage.ask("/api/v1/now").status == 503)
            #expect(try await stage.ask("/", ["-I"]).status == 503)
            try stage.alter("ALTER TABLE gone RENAME TO device")
            let page = try await stage.ask("/").text
            #expect(page.contains("class=\"tile level-") && !page.contains("data-refused"))
        }
    }

    @Test("Who asks for the head alone gets that of the whole page, and the connection goes on")
    func head() async throws {
        try await withStage { stage async throws in
            // The panels are thought over once, which pages of before know by their mark.
            _ = try await stage.ask("/panels")
            let whole = try await stage.ask("/panels")
            let head = try await stage.ask("/panels", ["-I"])
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(head.headers["content-length"] == "\(whole.body.count)" && whole.headers["content-length"] == nil)
            let both = try await stage.ask("/panels", ["-I", "-w", "%{num_connects}", stage.base + "/events"])
            #expect(both.text.contains("HTTP/1.1 200") && both.text.hasSuffix("0"))
        }
    }

    @Test("What a page names with the program's start may be kept by a browser; what scripts name without it is asked for again")
    func kept() async throws {
        try await withStage { stage async throws in
            let page = try await stage.ask("/").text
            let script = try #require(page.firstMatch(of: #/data-scripts="(/assets/chart\.js\?[^ "]+) /#)?.1)
            #expect(try await stage.ask(String(script)).headers["cache-control"] == "public, max-age=86400")
            #expect(try await stage.ask("/assets/clock.js").headers["cache-control"] == "no-cache")
        }
    }

    @Test(
        "Whether there is such a page is known before it begins",
        arguments: [
            ("/?envoy=none", 404), ("/history?view=decade", 400), ("/history?at=yesterday", 400), ("/panels?envoy=none", 404),
            ("/panels/none.1", 404), ("/panels/\(SunnyRoof.shaded)?day=0", 400), ("/roof?envoy=none", 404), ("/events?before=x", 400),
            ("/captures?before=x", 404), ("/captures/none", 404),
        ])
    func status(path: String, status: Int) async throws {
        try await withStage { stage async throws in
            let page = try await stage.ask(path)
            #expect(page.status == status && page.text.contains("data-refused"))
        }
    }
}

extension Stage {
    /// Changes the archive's tables from another process.
    func alter(_ statement: String) throws {
        let sqlite = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
        let path = folder.file("archive.sqlite").path(percentEncoded: false)
        try #require(Program.succeeds("python3", ["-c", sqlite, path, statement]))
    }
}
