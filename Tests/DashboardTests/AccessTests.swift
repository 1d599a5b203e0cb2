import Archive
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Dashboard

@Suite("Nobody looks or writes who should not", .timeLimit(.minutes(10)))
struct AccessTests {
    private func roof(_ name: String) -> [String] {
        [
            "-X", "PUT", "-H", "Content-Type: application/json", "-d",
            "{\"envoy\":\"\(SunnyRoof.envoy)\",\"tiles\":[{\"device\":\"\(SunnyRoof.panels[0])\",\"name\":\"\(name)\",\"x\":0,\"y\":0,\"isLandscape\":false}]}",
        ]
    }

    @Test("Without the token, or from another site's page, nothing is written; with it, the roof is laid")
    func token() async throws {
        try await withStage { stage async throws in
            let token = try #require(try await stage.ask("/api/v1/token").json["token"] as? String)
            let header = ["-H", "X-CSRF-Token: \(token)"]
            let refused = [
                [], ["-H", "X-CSRF-Token: \(token.dropLast())0x"], header + ["-H", "Origin: http://evil.example"],
                header + ["-H", "Origin: null"], header + ["-H", "Sec-Fetch-Site: cross-site"],
                header + ["-H", "Sec-Fetch-Site: same-site"],
            ]
            for flags in refused { #expect(try await stage.ask("/api/v1/roof", roof("x") + flags).status == 403, "\(flags)") }
            #expect(try await stage.ask("/api/v1/roof").json["tiles"] as? [String] == [])
            let taken = try await stage.ask("/api/v1/roof", roof("south 1") + header + ["-H", "Origin: \(stage.base)"])
            #expect(taken.status == 200)
            #expect(try await stage.archive.reader.roof(of: SunnyRoof.envoy).map(\.name) == ["south 1"])
            #expect(try await stage.ask("/").text.contains("south 1"))
        }
    }

    @Test("A roof that makes no sense is refused, and what was laid stays")
    func badRoofs() async throws {
        try await withStage { stage async throws in
            let token = try #require(try await stage.ask("/api/v1/token").json["token"] as? String)
            let tile = "{\"device\":\"\(SunnyRoof.panels[0])\",\"x\":0,\"y\":0,\"isLandscape\":false}"
            let bodies = [
                "[]", "{", "{\"envoy\":\"\(SunnyRoof.envoy)\",\"tiles\":[\(tile),\(tile)]}",
                "{\"envoy\":\"\(SunnyRoof.envoy)\",\"tiles\":[\(tile.replacing("\"x\":0", with: "\"x\":-1"))]}",
                "{\"envoy\":\"\(SunnyRoof.envoy)\",\"tiles\":[\(tile.replacing(SunnyRoof.panels[0], with: "other.1"))]}",
            ]
            for body in bodies {
                let flags = ["-X", "PUT", "-H", "Content-Type: application/json", "-H", "X-CSRF-Token: \(token)", "-d", body]
                #expect(try await stage.ask("/api/v1/roof", flags).status == 400, "\(body)")
            }
            let large = stage.folder.file("large")
            try Data(count: 3 << 20).write(to: large)
            let flags = [
                "-X", "PUT", "-H", "Content-Type: application/json", "-H", "X-CSRF-Token: \(token)", "--data-binary", "@\(large.path)",
            ]
            #expect(try await stage.ask("/api/v1/roof", flags).status == 413)
        }
    }

    @Test("A name that is not ours gets nothing, as one that was pointed at us would")
    func rebinding() async throws {
        try await withStage({ $0.hostNames = ["solar.home.arpa"] }) { stage async throws in
            for host in ["evil.example", "evil.example:\(stage.port)", "localhost.evil.example", "127.0.0.1.evil.example", "[::1", "a:b:c"]
            {
                #expect(try await stage.ask("/api/v1/now", ["-H", "Host: \(host)"]).status == 421, "\(host)")
            }
            for host in ["localhost", "127.0.0.1:\(stage.port)", "[::1]:80", "solar.home.arpa", "SOLAR.home.arpa:1", "localhost."] {
                #expect(try await stage.ask("/api/v1/now", ["-H", "Host: \(host)"]).status == 200, "\(host)")
            }
        }
    }

    @Test("Beyond loopback a password is needed, or the owner's word; the program goes on either way")
    func elsewhere() async throws {
        try await withStage({ $0.address = "0.0.0.0" }) { stage async throws in
            #expect(stage.port == 0)
            #expect(stage.log.lines.value.contains { $0.hasPrefix("error no dashboard") && $0.contains("heliograph password") })
        }
        try await withStage({
            $0.address = "0.0.0.0"
            $0.allowsNoPassword = true
        }) { stage async throws in
            #expect(try await stage.ask("/api/v1/now").status == 200)
        }
    }

    @Test("With a password, nothing is shown without it; a guesser behind a terminator on this machine keeps the owner out neither")
    func password() async throws {
        try await withStage({ configuration in
            configuration.address = "0.0.0.0"
            // A failure shows in the first expectation.
            try? PasswordHash(of: "correct horse").write(to: configuration.passwordFile)
        }) { stage async throws in
            let file = stage.folder.file("password")
            #expect(try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int == 0o640)
            #expect(try !String(contentsOf: file, encoding: .utf8).contains("horse"))
            for path in ["/", "/api/v1/now", "/assets/chart.js", "/api/v1/live", "/nothing"] {
                let answer = try await stage.ask(path)
                #expect(answer.status == 401 && answer.headers["www-authenticate"]?.hasPrefix("Basic") == true, "\(path)")
            }
            let guesser = ["-H", "X-Forwarded-For: 192.0.2.1"]
            for guess in ["a", "b", ""] {
                #expect([401, 429].contains(try await stage.ask("/api/v1/now", guesser + ["-u", "me:\(guess)"]).status))
            }
            // Nobody had been let in before.
            #expect(try await stage.ask("/api/v1/now", ["-u", "x:correct horse"]).status == 200)
            #expect(stage.log.lines.value.contains { $0.contains("wrong password") && $0.contains("192.0.2.1") })
        }
    }

    @Test("Where the port is taken, the log says so with a hint, and the program goes on")
    func portTaken() async throws {
        try await withStage { first async throws in
            let port = first.port
            try await withStage({ $0.port = port }) { second async throws in
                let line = try #require(second.log.lines.value.first { $0.hasPrefix("error no dashboard") })
                #expect(line.contains("--dashboard-listen") && line.contains("\(port)"))
                #expect(try await first.ask("/api/v1/now").status == 200)
            }
        }
    }

    @Test("Every response forbids what our pages do not need, and no page holds an inline script or a style but ours")
    func headers() async throws {
        try await withStage { stage async throws in
            try SpoolFiles.put(SpoolFiles.stem, in: stage.spool)
            let pages = [
                "/", "/history", "/history?view=day", "/history?view=week", "/history?view=year", "/history?view=all", "/panels",
                "/panels/\(SunnyRoof.shaded)", "/roof", "/events", "/captures", "/captures/\(SpoolFiles.stem)", "/nothing",
            ]
            for page in pages {
                let answer = try await stage.ask(page)
                #expect(answer.status == (page == "/nothing" ? 404 : 200), "\(page)")
                #expect(answer.headers["content-security-policy"] == SecurityHeaders.contentPolicy)
                #expect(answer.headers["x-content-type-options"] == "nosniff")
                // The one style that there is, whole, where nothing of a report can be.
                let parts = answer.text.components(separatedBy: "<style>\(Resources.style)</style>")
                #expect(parts.count == 2 && parts[0].hasSuffix("type=\"image/svg+xml\">\n") && !parts[0].contains("<body"), "\(page)")
                let rest = parts.joined()
                #expect(!rest.contains("<style") && !rest.contains(" style=") && !rest.contains(" onclick="), "\(page)")
                // The one script likewise, on pages that have others, which are ours.
                let scripts = answer.text.firstMatch(of: #/data-scripts="(\/assets\/[a-z]+\.js\?[0-9a-f]+ )+"/#)
                let code = rest.components(separatedBy: "<script>\(Resources.starter)</script>")
                #expect(
                    code.count == (scripts == nil ? 1 : 2)
                        && (scripts == nil) == ["/captures/\(SpoolFiles.stem)", "/nothing"].contains(page), "\(page)")
                #expect(!code[0].contains("<body") || code.count == 1, "\(page)")
                #expect(!code.joined().contains("<script"), "\(page)")
                #expect(answer.text.matches(of: #/(src|href|action)="(https?:)?\/\//#).isEmpty, "\(page)")
            }
            #expect(try await stage.ask("/api/v1/now").headers["content-security-policy"] == SecurityHeaders.contentPolicy)
            // What is not named is forbidden, and nothing that is allowed lets text of a page, or another place, in as a script.
            let sources = SecurityHeaders.contentPolicy.split(separator: ";").flatMap { $0.split(separator: " ").dropFirst() }
            #expect(SecurityHeaders.contentPolicy.hasPrefix("default-src 'none';"))
            let hashing = "printf %s \"$1\" | openssl dgst -sha256 -binary | base64"
            func hash(_ text: String) async throws -> String {
                let hash = try await Program.run("sh", ["-c", hashing, "sh", text])
                return "'sha256-\(hash.text.trimmingCharacters(in: .newlines))'"
            }
            let (script, style) = (try await hash(Resources.starter), try await hash(Resources.style))
            #expect(Set(sources.map(String.init)) == ["'none'", "'self'", "data:", script, style])
            #expect(SecurityHeaders.contentPolicy.contains("script-src 'self' \(script);"))
        }
    }
}
