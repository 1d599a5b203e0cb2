import Archive
import Foundation
import Reports
import TestSupport
import Testing

@testable import Dashboard

@Suite("Pages in a real browser", .timeLimit(.minutes(10)), .enabled(if: Checkers.areThere && Program.isInstalled("chromium")))
struct BrowserTests {
    @Test(
        "No page logs an error or asks anyone else, at a phone's width and a desktop's, light and dark; all pass the accessibility checker")
    func pages() async throws {
        try await withStage { stage async throws in
            try SpoolFiles.put(SpoolFiles.stem, in: stage.spool)
            let finished = try await Program.run(
                Checkers.python, [Checkers.script("check_pages.py"), stage.base, SunnyRoof.shaded, SpoolFiles.stem, Checkers.pictures],
                within: .patience * 2)
            #expect(finished.status == 0, "\(finished.text)\(finished.errors)")
        }
    }

    @Test("A week is zoomed by dragging, a panel is moved, named and saved, by pointer and by keys; a new report shows by itself")
    func gestures() async throws {
        try await withStage { stage async throws in
            let program = try Program(Checkers.python, [Checkers.script("check_gestures.py"), stage.base])
            #expect(await program.output.wait { $0.text.contains("waiting for a report") || $0.hasEnded })
            var report = SunnyRoof.empty(at: SunnyRoof.now + 60)
            for panel in SunnyRoof.panels {
                var reading = Reading(id: 1, equipment: panel, timestamp: SunnyRoof.now + 30, durationSeconds: 100)
                reading.joules = 12_340
                report.readings.append(reading)
            }
            try await stage.archive.keep(report, from: Source(name: "live", receivedTimestamp: SunnyRoof.now + 60))
            let status = await program.end()
            #expect(status == 0, "\(program.output.value.text)\(program.errors.value.text)")
            let tiles = try await stage.archive.reader.roof(of: SunnyRoof.envoy)
            #expect(tiles.first { $0.equipment == SunnyRoof.panels[0] }?.name == "Chimney")
            #expect(tiles.first { $0.equipment == SunnyRoof.panels[1] }?.isLandscape == true)
        }
    }

    @Test("A page that is left open tells when the Envoy fell silent, when the day is over, of captures, and of a stream that was refused")
    func leftOpen() async throws {
        let clock = Watched(SunnyRoof.now + 60)
        try await withStage({
            $0.clock = { clock.value }
            $0.livePages = 1
        }) { stage async throws in
            let program = try Program(Checkers.python, [Checkers.script("check_live.py"), stage.base, SpoolFiles.stem])
            #expect(await program.output.wait { $0.text.contains("waiting for silence") || $0.hasEnded })
            clock.change { $0 = SunnyRoof.now + 2 * 3_600 + 600 }
            #expect(await program.output.wait { $0.text.contains("waiting for midnight") || $0.hasEnded })
            clock.change { $0 = SunnyRoof.now + 10 * 3_600 + 1_800 }
            #expect(await program.output.wait { $0.text.contains("waiting for a capture") || $0.hasEnded })
            try SpoolFiles.put(SpoolFiles.stem, in: stage.spool)
            #expect(await program.output.wait { $0.text.contains("waiting for a failure") || $0.hasEnded })
            try stage.alter("ALTER TABLE device RENAME TO gone")
            clock.change { $0 += 60 }
            #expect(await program.output.wait { $0.text.contains("waiting for its end") || $0.hasEnded })
            try stage.alter("ALTER TABLE gone RENAME TO device")
            let status = await program.end()
            #expect(status == 0, "\(program.output.value.text)\(program.errors.value.text)")
        }
    }

    @Test("A page whose facts are slow to come shows its frame meanwhile, and is as live as any in the end")
    func slowFacts() async throws {
        try await withStage({ configuration in
            let proxy = configuration.proxy
            // Asked for the mark before the frame goes out, and again for the facts.
            configuration.proxy = {
                Thread.sleep(forTimeInterval: 2)
                return proxy()
            }
            configuration.livePause = .seconds(60)
        }) { stage async throws in
            let finished = try await Program.run(Checkers.python, [Checkers.script("check_slow.py"), stage.base], within: .patience * 2)
            #expect(finished.status == 0, "\(finished.text)\(finished.errors)")
        }
    }
}
