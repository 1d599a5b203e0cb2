import Archive
import Foundation
import Reports
import TestSupport

@testable import Publishing

/// A server that does as PVOutput's documentation says.
struct PVOutputSubject: Subject {
    static let now = 1_446_100_000 + 4 * 86_400
    let server: Server

    init() throws { server = try Server.python("pvoutput.py") }

    var settings: PVOutputSettings {
        PVOutputSettings(
            url: "http://127.0.0.1:\(server.port)", key: "key-of-the-test", systems: ["121319000042": "111", "121319000043": "222"],
            intervalSeconds: 300)
    }

    var target: PublishingTarget {
        PublishingTarget(name: "pvoutput", address: "test", beginning: .firstRow) { archive, _ in
            PVOutputPublisher(settings, archive, now: { Self.now })
        }
    }

    var hastyTarget: PublishingTarget? {
        PublishingTarget(name: "pvoutput", address: "test", beginning: .firstRow) { archive, _ in
            PVOutputPublisher(settings, archive, timeout: .seconds(1), now: { Self.now })
        }
    }

    func start() async throws {
        try server.folder.write("\(Self.now)".utf8, to: "now")
        try await server.start()
    }
    func stop() async { await server.stop() }
    func set(_ mode: String) throws { try server.folder.write(mode.utf8, to: "mode") }

    struct Status {
        var system: String
        var date: String
        var time: String
        var wattHours: Int
        var watts: Int
    }

    func statuses() throws -> [Status] {
        guard let text = try? String(contentsOf: server.folder.file("statuses"), encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ").map(String.init)
            guard parts.count == 6, let energy = Int(parts[3]), let power = Int(parts[4]) else { return nil }
            return Status(system: parts[0], date: parts[1], time: parts[2], wattHours: energy, watts: power)
        }
    }

    /// PVOutput has a status of each interval that the archive knows energy of, and no other; the day's energy is that of the archive, and
    /// it rises from status to status.
    func fault(against flow: Flow) async throws -> String? {
        let statuses = try statuses()
        for (envoy, system) in settings.systems {
            let times = try await times(of: envoy, in: flow.archive.reader)
            let seen = Set(statuses.filter { $0.system == system }.map { "\($0.date) \($0.time)" })
            if let time = times.subtracting(seen).min() { return "nothing of \(time) at \(system)" }
            if let time = seen.subtracting(times).min() { return "\(system) has a status of \(time), of which the archive has no energy" }
            let days = try await flow.archive.reader.energy(
                of: envoy, by: .day, days: CivilDate(daysSince1970: 0)...CivilDate(daysSince1970: 30_000))
            for day in days {
                let date = day.day.description.replacing("-", with: "")
                let mine = statuses.filter { $0.system == system && $0.date == date }.sorted { $0.time < $1.time }
                guard let last = mine.last else { return "nothing of \(date) at \(system)" }
                let energy = Int((Double(day.joules) / 3_600).rounded())
                if abs(last.wattHours - energy) > 0 { return "\(last.wattHours) Wh at \(date) \(last.time), the archive has \(energy)" }
                if zip(mine, mine.dropFirst()).contains(where: { $0.wattHours > $1.wattHours }) { return "the energy of \(date) fell" }
            }
        }
        return nil
    }

    /// The local times of the statuses that an Envoy's intervals with energy lead to, `20151029 09:05`. A status covers the five minutes
    /// before it, and there is none at midnight.
    private func times(of envoy: String, in archive: ArchiveReader) async throws -> Set<String> {
        let zone = try await archive.status().envoys.first { $0.serialNumber == envoy }?.timeZone
        var clock = LocalClock(zoneNamed: zone)
        var times: Set<String> = []
        for try await page in archive.intervals(RowFilter(envoy: envoy)) {
            for interval in page.map(\.fact) where interval.joules != nil {
                let first = ((interval.endTimestamp - interval.durationSeconds) / 300 + 1) * 300
                for end in stride(from: first, to: interval.endTimestamp + 300, by: 300) where end <= Self.now {
                    let minute = (end + clock.offset(at: end)) % 86_400 / 60
                    guard minute > 0 else { continue }
                    let date = clock.day(of: end).description.replacing("-", with: "")
                    times.insert(date + String(format: " %02ld:%02ld", minute / 60, minute % 60))
                }
            }
        }
        return times
    }
}
