import Archive
import Foundation
import Logging
import Reports
import ServiceLifecycle
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Dashboard

/// A dashboard that runs over a real archive and a real spool, and what it has logged.
struct Stage {
    let folder: TemporaryFolder
    let port: Int
    let log: Log
    let archive: ArchiveWriter

    var base: String { "http://127.0.0.1:\(port)" }
    var spool: URL { folder.file("spool") }

    /// What curl got.
    struct Answer {
        var status = 0
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        var text: String { String(decoding: body, as: UTF8.self) }
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) ?? [:] }
    }

    func ask(_ path: String, _ flags: [String] = []) async throws -> Answer {
        try await Self.ask(path.hasPrefix("http") ? path : base + path, flags)
    }

    static func ask(_ url: String, _ flags: [String] = []) async throws -> Answer {
        let finished = try await Program.run("curl", ["-s", "-i", "--path-as-is", "--max-time", "20", "--globoff", url] + flags)
        return Answer(finished.output)
    }
}

extension Stage.Answer {
    init(_ output: [UInt8]) {
        guard let end = Data(output).range(of: Data("\r\n\r\n".utf8)) else { return }
        body = Array(output[end.upperBound...])
        let lines = String(decoding: output[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
    }
}

/// Lines that were logged.
final class Log: Sendable {
    let lines = Watched<[String]>([])

    var logger: Logger {
        Logger(label: "test") { [self] _ in Handler(log: self) }
    }

    private struct Handler: LogHandler {
        let log: Log
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            let facts = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            log.lines.change { $0.append("\(event.level) \(event.message)\(facts)") }
        }
    }
}

/// Runs a dashboard over the sunny roof while `body` asks it.
func withStage<Value: Sendable>(
    isFilled: Bool = true, _ change: @Sendable (inout DashboardConfiguration) -> Void = { _ in },
    _ body: @Sendable @escaping (Stage) async throws -> Value
) async throws -> Value {
    // Three at once: a browser takes a processor for itself, and two tests need two dashboards each.
    await stages.take()
    let result: Result<Value, any Error>
    do { result = .success(try await play(isFilled, change, body)) } catch { result = .failure(error) }
    await stages.leave()
    return try result.get()
}

private let stages = Seats(3)

private func play<Value: Sendable>(
    _ isFilled: Bool, _ change: @Sendable (inout DashboardConfiguration) -> Void,
    _ body: @Sendable @escaping (Stage) async throws -> Value
) async throws -> Value {
    let folder = try TemporaryFolder()
    let path = folder.file("archive.sqlite").path(percentEncoded: false)
    let archive = try await ArchiveWriter.open(path, memory: .modest)
    if isFilled {
        let report = SunnyRoof.report(events: SunnyRoof.events)
        try await archive.keep(report, from: Source(name: "first", receivedTimestamp: SunnyRoof.now))
    }
    try FileManager.default.createDirectory(at: folder.file("spool"), withIntermediateDirectories: true)
    var configuration = DashboardConfiguration(
        address: "127.0.0.1", port: 0, archivePath: path, spool: FilePath(folder.file("spool").path(percentEncoded: false)),
        passwordFile: FilePath(folder.file("password").path(percentEncoded: false)), clock: { SunnyRoof.now + 60 },
        proxy: {
            let begin = SunnyRoof.now - 3_600
            return ProxyState(startedTimestamp: begin, cloud: "forward", cloudSinceTimestamp: begin, upstream: "https://cloud.example")
        })
    configuration.livePause = .milliseconds(50)
    change(&configuration)
    let log = Log()
    let port = Watched<Int?>(nil)
    let service = DashboardService(configuration, logger: log.logger, onListening: { number in port.change { $0 = number } })
    let group = ServiceGroup(configuration: .init(services: [service], logger: log.logger))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        // A dashboard that can't begin says so instead.
        tasks.addTask { _ = await log.lines.wait { $0.contains { $0.contains("dashboard") } } }
        try await tasks.next()
        let stage = Stage(folder: folder, port: port.value ?? 0, log: log, archive: archive)
        let result: Result<Value, any Error>
        do { result = .success(try await body(stage)) } catch { result = .failure(error) }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        try await archive.close()
        return try result.get()
    }
}
