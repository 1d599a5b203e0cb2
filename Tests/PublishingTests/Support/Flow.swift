import Archive
import Foundation
import Logging
import MadeUpFacts
import Reports
import TestSupport

@testable import Publishing

/// An archive with facts in it, and a publishing service that can be started and stopped.
final class Flow: Sendable {
    let folder: TemporaryFolder
    let archive: ArchiveWriter
    let path: String

    init() async throws {
        folder = try TemporaryFolder()
        path = folder.path + "/archive.sqlite"
        archive = try await ArchiveWriter.open(path)
    }

    func keep(_ reports: some Sequence<Report>, from name: String) async throws {
        let arrivals = reports.enumerated().map { Arrival($1, from: Source(name: "\(name)-\($0)", receivedTimestamp: 1_450_000_000)) }
        _ = try await archive.keep(Array(arrivals))
    }

    /// Publishes while `body` runs. In a hurry: tests do not wait for minutes.
    func publishing<Value>(
        to target: PublishingTarget, _ logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: (PublishingService) async throws -> Value
    ) async throws -> Value {
        var pace = PublishingPace()
        pace.period = .milliseconds(200)
        pace.shortestPause = .milliseconds(20)
        pace.longestPause = .milliseconds(200)
        let service = PublishingService([target], archive: path, pace: pace, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await service.run() }
            do {
                let value = try await body(service)
                tasks.cancelAll()
                return value
            } catch {
                tasks.cancelAll()
                throw error
            }
        }
    }

    /// What the archive holds, for comparing.
    func facts() async throws -> Facts {
        var facts = Facts()
        for try await page in archive.reader.intervals() {
            facts.intervals += page.count
            facts.intervalJoules += page.reduce(0) { $0 + ($1.fact.joules ?? 0) }
            facts.intervalsWithEnergy += page.count { $0.fact.joules != nil }
        }
        for try await page in archive.reader.readings() {
            facts.readings += page.count
            facts.readingJoules += page.reduce(0) { $0 + ($1.fact.joules ?? 0) }
        }
        facts.events = try await archive.reader.status().envoys.reduce(0) { $0 + $1.eventCount }
        return facts
    }
}

struct Facts: Equatable {
    var intervals = 0
    var intervalsWithEnergy = 0
    var intervalJoules = 0
    var readings = 0
    var readingJoules = 0
    var events = 0
}
