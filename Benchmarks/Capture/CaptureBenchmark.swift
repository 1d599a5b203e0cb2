import ArgumentParser
import Dispatch
import Foundation
import NIOCore
import NIOPosix

/// Prints how fast reports are captured: by our proxy, and by its peers in the same run.
///
/// Everything is on loopback: a load client that behaves as Envoys do, the proxies, and nginx in the cloud's place. In each
/// round every contender is measured, one after another, so that all meet the same machine; the table gives medians over
/// the rounds, and ratios from within each round.
@main
struct CaptureBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture-benchmark", abstract: "Measure the capture proxy against nginx and mitmproxy.")

    @Option(help: "The program to measure.") var heliograph = ".build/release/heliograph"
    @Option(help: "Where mitmdump is; by default it is looked for in PATH and where scripts/install-bench-peers puts it.")
    var mitmdump: String?
    @Option(help: "How often everything is measured.") var rounds = 5
    @Option(help: "Seconds of each measurement, after half a second to warm up.") var seconds = 2.5
    @Option(help: "Reports under way at once, where throughput is measured.") var connections = 16
    @Option(help: "Instead: send this many reports through our proxy and print its memory along the way.") var soak: Int?
    @Option(help: "Which to measure: heliograph, capturing (with ingest off), nginx, nginx-plain, mitmproxy; repeatable, all by default.")
    var only: [String] = []
    @Option(help: "The folder to work in; must be on a disk.") var folder = FileManager.default.temporaryDirectory.path
    @Flag(help: "Reports of five minutes (40 panels, 80 rows), not those after an outage; always so with --soak.") var small = false
    @Flag(help: "Leave the work folder there.") var keep = false
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard (1...100).contains(rounds), (0.1...600).contains(seconds), (1...1000).contains(connections) else {
            throw ValidationError("--rounds 1 to 100, --seconds 0.1 to 600, --connections 1 to 1000")
        }
        guard soak.map({ (1...10_000_000).contains($0) }) ?? true else { throw ValidationError("--soak 1 to 10000000") }
        for name in only where Contender.Kind(rawValue: name) == nil { throw ValidationError("--only \(name) is not known") }
    }

    func run() async throws {
        let stage = try await Stage(
            in: URL(filePath: folder), executables: Executables(heliograph: heliograph, mitmdump: mitmdump ?? Self.installedMitmdump),
            small: small || soak != nil)
        let signals = Self.onSignal { stage.close(keep: keep) }
        defer {
            signals.forEach { $0.cancel() }
            stage.close(keep: keep)
        }
        if !stage.place.isOnDisk { Self.note("\(folder) is in memory, where an fsync costs nothing; choose another --folder") }

        if let soak {
            try await stage.start([.heliograph])
            return try await Soak(reports: soak, connections: connections, json: json).run(on: stage)
        }
        let kinds = Contender.Kind.allCases.filter { $0 == .direct || only.isEmpty || only.contains($0.rawValue) }
        try await stage.start(kinds)
        var scores: [Contender.Kind: Score] = [:]
        for round in 1...rounds {
            for contender in stage.contenders {
                Self.note("round \(round) of \(rounds): \(contender.kind.title)")
                let busy = try await stage.measure(contender, connections: connections, seconds: seconds)
                let alone = try await stage.measure(contender, connections: 1, seconds: seconds)
                scores[contender.kind, default: Score()].add(busy: busy, alone: alone)
            }
        }
        let table = Table(scores: scores, order: stage.contenders.map(\.kind), connections: connections, rounds: rounds)
        print(json ? try table.json : table.text)
    }

    /// Progress, on standard error, so that the table can be piped.
    static func note(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

    private static var installedMitmdump: String? {
        let own = ".build-bench/mitmproxy/bin/mitmdump"
        return FileManager.default.isExecutableFile(atPath: own) ? own : Program.find("mitmdump")
    }

    /// Ends what was started also when the person or the system ends us.
    private static func onSignal(_ work: @escaping @Sendable () -> Void) -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                work()
                _exit(128 + number)
            }
            source.resume()
            return source
        }
    }
}
