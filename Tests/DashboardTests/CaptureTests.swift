import Archive
import Foundation
import Reports
import Spool
import SystemPackage
import TestSupport
import Testing

@testable import Dashboard

/// Files as the proxy leaves them.
enum SpoolFiles {
    static let stem = "2026-06-21T13:59:00-0j1FFs"
    static let xml = "<perf_report><script>alert(document.domain)</script></perf_report>"
    static let response = "HTTP/1.1 200 OK\r\n\r\n<script>alert(2)</script>"

    static func put(_ stem: String, in folder: URL, request: [UInt8] = Array("POST / HTTP/1.1\r\n\r\n".utf8) + [0, 255, 31, 139]) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(request).write(to: folder.appending(path: "\(stem).request"))
        try Data(response.utf8).write(to: folder.appending(path: "\(stem).response"))
        try Data(xml.utf8).write(to: folder.appending(path: "\(stem).xml"))
    }
}

@Suite("Captures can be looked at and downloaded as they are", .timeLimit(.minutes(10)))
struct CaptureTests {
    private func bytes(_ count: Int) -> [UInt8] {
        var random = SeededRandom(7)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    @Test(
        "What is downloaded equals the file, waiting, rejected or compressed, whatever its size",
        arguments: [0, 1, 1 << 20, (2 << 20) + 77])
    func equal(count: Int) async throws {
        try await withStage { stage async throws in
            let request = bytes(count)
            let spool = try SpoolDirectory(FilePath(stage.spool.path(percentEncoded: false)))
            try SpoolFiles.put("2026-06-21T13:00:00-waitin", in: stage.spool, request: request)
            try SpoolFiles.put("2026-06-21T13:01:00-reject", in: stage.spool.appending(path: "rejected"), request: request)
            try SpoolFiles.put("2026-06-21T13:02:00-proces", in: stage.spool, request: request)
            let done = try #require(try spool.settled().first { $0.stem.description.hasSuffix("proces") })
            try spool.file([(done, xml: Array(SpoolFiles.xml.utf8))])
            for (stem, place) in [("13:00:00-waitin", "waiting"), ("13:01:00-reject", "rejected"), ("13:02:00-proces", "processed")] {
                let told = try await stage.ask("/api/v1/captures/2026-06-21T\(stem)")
                #expect(told.json["place"] as? String == place)
                let answer = try await stage.ask("/api/v1/captures/2026-06-21T\(stem)/request")
                #expect(answer.status == 200 && answer.body == request, "\(place)")
                for (kind, text) in [("response", SpoolFiles.response), ("xml", SpoolFiles.xml)] {
                    #expect(try await stage.ask("/api/v1/captures/2026-06-21T\(stem)/\(kind)").text == text, "\(place)")
                }
            }
            let list = try #require(try await stage.ask("/api/v1/captures").json["captures"] as? [[String: Any]])
            #expect(list.compactMap { $0["place"] as? String } == ["processed", "rejected", "waiting"])
        }
    }

    private static let answered = "the Envoy is answered here (experimental: what it accepts is unknown), 3 times so far"

    @Test(
        "Who answers the Envoy is told, and a cloud that fails is bad only where it is asked",
        arguments: [
            ("forward", "forward for 2 minutes: failed 1 minute ago", true),
            ("shield", "shield for 2 minutes: failed 1 minute ago; \(Self.answered)", true),
            ("answer", "answer for 2 minutes: not asked; \(Self.answered)", false),
            ("off", "off for 2 minutes: the Envoy hears 503", false),
        ])
    func mode(cloud: String, told: String, isBad: Bool) async throws {
        let change: @Sendable (inout DashboardConfiguration) -> Void = { configuration in
            configuration.proxy = {
                let now = SunnyRoof.now + 60
                return ProxyState(
                    startedTimestamp: now - 3_600, cloud: cloud, cloudSinceTimestamp: now - 120, upstream: "https://cloud.example",
                    answersGiven: 3, undelivered: 12, lastReplyTimestamp: now - 600, lastCloudFailureTimestamp: now - 60)
            }
        }
        try await withStage(change) { stage async throws in
            let page = try await stage.ask("/captures").text
            #expect(page.contains(told), "\(page)")
            #expect(page.contains("<dt>Answered here, not taken by the cloud</dt><dd>12</dd>"), "\(page)")
            #expect(page.contains("class=\"bad\"") == isBad, "\(page)")
            let proxy = try #require(try await stage.ask("/api/v1/service").json["proxy"] as? [String: Any])
            #expect(proxy["cloud"] as? String == cloud && proxy["answersGiven"] as? Int == 3)
        }
    }

    @Test("What an Envoy sent never becomes a page: it is text for saving, and on ours it is escaped")
    func neverHTML() async throws {
        try await withStage { stage async throws in
            try SpoolFiles.put(SpoolFiles.stem, in: stage.spool)
            for file in ["request", "response", "xml"] {
                let answer = try await stage.ask("/api/v1/captures/\(SpoolFiles.stem)/\(file)")
                #expect(answer.headers["content-disposition"] == "attachment; filename=\"\(SpoolFiles.stem).\(file)\"")
                #expect(answer.headers["x-content-type-options"] == "nosniff")
                #expect(["text/plain; charset=utf-8", "application/octet-stream"].contains(answer.headers["content-type"]))
            }
            for page in ["/captures/\(SpoolFiles.stem)", "/events", "/"] {
                let text = try await stage.ask(page).text.components(separatedBy: "<script>\(Resources.starter)</script>").joined()
                #expect(!text.contains("<script>"), "\(page)")
            }
            #expect(
                try await stage.ask("/captures/\(SpoolFiles.stem)").text.contains("&lt;script&gt;alert(document.domain)&lt;/script&gt;"))
        }
    }

    @Test("A compressed reply is shown as the text that it holds, with its head; so is what waits without its XML")
    func readable() async throws {
        try await withStage { stage async throws in
            let body = try #require(
                Data(
                    base64Encoded:
                        "eJxtzDEOwjAMheE9p7A8sEFhQyJJN05A56pKDVQicWS7qNyejAxMb/ifPt9v+QVvEl24BDwdjghUEs9LeQQcbtf9GfvofCW5j0KVxdpo5aIEapOtGlDXlEgVowPwM4/KmezZBFBKQhbwQ63uplwvvvs9NLn7R0f3BcJyNas="
                ))
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-deflate; charset=utf-8\r\nContent-Length: \(body.count)\r\n\r\n"
            try SpoolFiles.put(SpoolFiles.stem, in: stage.spool)
            try (Data(head.utf8) + body).write(to: stage.spool.appending(path: "\(SpoolFiles.stem).response"))
            let form = "a=b&body=%3Cperf_report%20report_timestamp%3D%271%27%2F%3E"
            let request = try Array("POST / HTTP/1.1\r\n\r\n".utf8) + gzipped(Array(form.utf8))
            try Data(request).write(to: stage.spool.appending(path: "\(SpoolFiles.stem).request"))
            let page = try await stage.ask("/captures/\(SpoolFiles.stem)").text
            #expect(
                page.contains("HTTP/1.1 200 OK")
                    && page.contains("&lt;do_something secret=&quot;yes&quot;&gt;&amp;amp;&lt;/do_something&gt;"))
            #expect(page.contains("Body: zlib, \(body.count) B on the wire, as text") && page.contains("78 9c "))
            #expect(page.contains("a=b\n&lt;perf_report report_timestamp=&#39;1&#39;/&gt;"), "\(page)")
        }
    }

    @Test("What can't be made readable is told as that, and a bomb does not go off")
    func unreadable() throws {
        func message(_ bytes: [UInt8], isWhole: Bool = true, limit: Int = 1_000) -> ReadableMessage {
            ReadableMessage(bytes, isWhole: isWhole, limit: limit)
        }
        let head = Array("HTTP/1.1 200 OK\r\n\r\n".utf8)
        let bomb = message(head + (try gzipped([UInt8](repeating: 32, count: 40 << 20))))
        #expect(bomb.body.isEmpty && bomb.note.contains("can’t be made readable") && bomb.digits.hasPrefix("1f 8b "))
        #expect(message(head + bytes(500)).body.isEmpty)
        #expect(message(head) == message(head, isWhole: false) && message(head).body.isEmpty)
        #expect(message(head + Array("<h1>no</h1>".utf8)).body == "<h1>no</h1>")
        #expect(message(head + Array("plain".utf8)).body == "plain")
        #expect(message(head + (try gzipped(Array("not XML".utf8)))).body == "not XML")
        let cut = message(head + (try gzipped(Array("<a>\(String(repeating: "b", count: 5_000))</a>".utf8))))
        #expect(cut.isCut && cut.body.utf8.count == 1_000 && cut.body.hasPrefix("<a>bbb"))
        let chunked = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\n0\r\n\r\n".utf8)
        #expect(message(chunked).body == "<a/>")
        #expect(message(head + Array("x".utf8), isWhole: false).note.contains("Too large"))
    }

    @Test("What the cloud asked that was not foreseen leads to the capture that has it")
    func finding() async throws {
        try await withStage { stage async throws in
            try SpoolFiles.put(SpoolFiles.stem, in: stage.spool)
            let finding = Finding(kind: .unknownElement, element: "perf_report_response/do_something", line: 1)
            try await stage.archive.keep(
                SunnyRoof.empty(at: SunnyRoof.now + 1), findings: [finding],
                from: Source(name: SpoolFiles.stem, receivedTimestamp: SunnyRoof.now))
            try await stage.archive.keep(
                SunnyRoof.empty(at: SunnyRoof.now + 2), findings: [Finding(kind: .unknownElement, element: "other", line: 1)],
                from: Source(name: "import:0123", receivedTimestamp: SunnyRoof.now))
            let page = try await stage.ask("/captures").text
            let row = try #require(page.firstMatch(of: #/do_something<.*?<\/tr>/#)).output
            #expect(row.contains("href=\"/captures/\(SpoolFiles.stem)\""))
            #expect(!page.contains("href=\"/captures/import"))
            let findings = try #require(try await stage.ask("/api/v1/service").json["findings"] as? [[String: Any]])
            #expect(Set(findings.compactMap { $0["lastSource"] as? String }) == [SpoolFiles.stem, "import:0123"])
        }
    }

    @Test(
        "A name that is no capture's leads nowhere",
        arguments: [
            "../secret", "..%2f..%2fsecret", "%2e%2e/secret", "2026-06-21T13:59:00-0j1FFs.request", "2026-06-21T13:59:00-0j1FFs%2f..%2fx",
            "2026-06-21T13:59:00-0j1FFs%00", "/etc/passwd", "rejected", "....//....//etc/passwd", "2026-06-21T13:59:00-0j1FF%2e",
        ])
    func tricks(name: String) async throws {
        try await withStage { stage async throws in
            try SpoolFiles.put(SpoolFiles.stem, in: stage.spool)
            try Data("secret words\n".utf8).write(to: stage.folder.file("secret"))
            for path in [
                "/api/v1/captures/\(name)", "/api/v1/captures/\(name)/request", "/captures/\(name)",
                "/api/v1/captures/\(SpoolFiles.stem)/\(name)",
            ] {
                let answer = try await stage.ask(path)
                #expect(answer.status == 404 || answer.status == 400, "\(path)")
                #expect(!answer.text.contains("secret words") && !answer.text.contains("root:"), "\(path)")
            }
        }
    }

    @Test("A link in the spool is not followed")
    func link() async throws {
        try await withStage { stage async throws in
            try SpoolFiles.put(SpoolFiles.stem, in: stage.spool)
            try FileManager.default.removeItem(at: stage.spool.appending(path: "\(SpoolFiles.stem).xml"))
            try FileManager.default.createSymbolicLink(
                at: stage.spool.appending(path: "\(SpoolFiles.stem).xml"), withDestinationURL: URL(filePath: "/etc/passwd"))
            #expect(try await stage.ask("/api/v1/captures/\(SpoolFiles.stem)/xml").status == 404)
        }
    }
}
