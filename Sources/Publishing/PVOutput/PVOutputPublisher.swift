import Archive
import Foundation
import NIOCore
import Reports

/// An account at PVOutput.
public struct PVOutputSettings: Sendable {
    /// `https://pvoutput.org`.
    public var url: String
    public var key: String
    /// System ids by Envoys' serial numbers.
    public var systems: [String: String]
    /// The systems' status interval, s: 300, 600 or 900.
    public var intervalSeconds: Int

    public init(url: String, key: String, systems: [String: String], intervalSeconds: Int) {
        self.url = url
        self.key = key
        self.systems = systems
        self.intervalSeconds = intervalSeconds
    }
}

/// Tells PVOutput how each day went, interval by interval.
///
/// Rows only say which days have changed: a status is worked out from all that the archive knows of its day, so a row that comes late
/// or twice leads to the right statuses. What PVOutput has heard is remembered, and what has not changed since is not sent again.
/// Days that PVOutput no longer takes, and Envoys without a system, are passed over.
struct PVOutputPublisher: Publisher {
    let batchLimit = 1_000
    private let service: PVOutputService
    private let settings: PVOutputSettings
    private let archive: ArchiveReader
    private let now: @Sendable () -> Int
    private let memory = Shared(Memory())

    /// How many days back PVOutput takes statuses.
    static let days = 14

    private struct Memory: Sendable {
        /// What PVOutput knows, by Envoy and time. At most the days that it takes.
        var told: [String: [Int: PVOutputStatus]] = [:]
        /// The days with an interval that is not over yet, and when it will be.
        var pending: [Place: Int] = [:]
        /// Whether what an earlier run of the program may have left pending was told.
        var hasResumed = false
    }

    struct Place: Hashable, Sendable {
        var envoy: String
        var day: CivilDate
    }

    /// - Parameters:
    ///   - timeout: for each request.
    ///   - now: seconds since 1970 UTC.
    init(
        _ settings: PVOutputSettings, _ archive: ArchiveReader, timeout: TimeAmount = .seconds(30),
        now: @escaping @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }
    ) {
        self.settings = settings
        self.archive = archive
        self.now = now
        service = PVOutputService(url: settings.url, key: settings.key, timeout: timeout)
    }

    func publish(_ rows: [PublishedRow]) async throws {
        let zones = Dictionary(
            try await archive.status().envoys.map { ($0.serialNumber, $0.timeZone) }, uniquingKeysWith: { first, _ in first })
        var clocks: [String: LocalClock] = [:]
        var places: Set<Place> = []
        for row in rows where settings.systems[row.envoy] != nil {
            var clock = clocks[row.envoy] ?? LocalClock(zoneNamed: zones[row.envoy] ?? nil)
            guard let instants = Self.instants(of: row.fact) else { continue }
            let first = max(clock.day(of: instants.lowerBound), firstDay(&clock))
            let last = min(clock.day(of: instants.upperBound), clock.day(of: now()))
            var day = first
            while day <= last {
                places.insert(Place(envoy: row.envoy, day: day))
                day = day.advanced(by: 1)
            }
            clocks[row.envoy] = clock
        }
        try await tell(places)
    }

    /// Asks for each system, so that a wrong key or number shows, and sends the newest status that there is.
    func tryOut(_ newest: PublishedRow) async throws -> PublishingTrial {
        let systems = settings.systems.values.sorted()
        for system in systems { try await service.expect(system: system) }
        let known = "knows the key and \(systems.count == 1 ? "system" : "systems") \(systems.joined(separator: ", "))"
        guard let (status, system) = try await newestStatus() else {
            return PublishingTrial(words: "\(known), but nothing of the last \(Self.days) days is there to send")
        }
        if let refusal = try await service.add([status], system: system).first { throw PublishError.reject(refusal.reason) }
        return PublishingTrial(timestamp: status.timestamp, words: "\(known), and took a status")
    }

    func tend() async throws {
        try await resume()
        let now = now()
        let due = memory.withLock { memory in
            // What PVOutput no longer takes is let go, and holds no row up.
            memory.pending = memory.pending.filter { now - $0.value < Self.days * 86_400 }
            return memory.pending.filter { $0.value <= now }.map(\.key)
        }
        if !due.isEmpty { try await tell(Set(due)) }
    }

    func close() async { await service.close() }
}

extension PVOutputPublisher {
    /// The instants that a row tells of; nil for none.
    private static func instants(of fact: ArchivedFact) -> ClosedRange<Int>? {
        switch fact {
        case .interval(let row):
            guard LocalClock.instants.contains(row.endTimestamp), (1...31 * 86_400).contains(row.durationSeconds) else { return nil }
            return row.endTimestamp - row.durationSeconds...row.endTimestamp
        case .reading(let row):
            return LocalClock.instants.contains(row.timestamp) ? row.timestamp...row.timestamp : nil
        case .event: return nil
        }
    }

    private func firstDay(_ clock: inout LocalClock) -> CivilDate { clock.day(of: now()).advanced(by: 1 - Self.days) }

    /// Tells the last status of today, once after a start: its interval may not have been over when its rows were passed on, and no row may
    /// come any more to tell of it.
    private func resume() async throws {
        guard !memory.withLock({ $0.hasResumed }) else { return }
        var places: Set<Place> = []
        for envoy in try await archive.status().envoys {
            var clock = LocalClock(zoneNamed: envoy.timeZone)
            places.insert(Place(envoy: envoy.serialNumber, day: clock.day(of: now())))
        }
        try await tell(places, lastOnly: true)
        memory.withLock { $0.hasResumed = true }
    }

    /// Tells PVOutput what is new about days.
    ///
    /// - Parameter lastOnly: whether to tell no more of a day than its last status.
    /// - Throws: as `publish`; `retry` also where it refuses a status. That one is passed over by then, so that nothing waits for it.
    private func tell(_ places: Set<Place>, lastOnly: Bool = false) async throws {
        var refusals: [PVOutputService.Refusal] = []
        let envoys = try await archive.status().envoys
        for place in places.sorted(by: { ($0.day, $0.envoy) < ($1.day, $1.envoy) }) {
            guard let system = settings.systems[place.envoy] else { continue }
            let zone = envoys.first { $0.serialNumber == place.envoy }?.timeZone
            let (statuses, next) = try await statuses(of: place, zone: zone)
            let known = memory.withLock { $0.told[place.envoy] ?? [:] }
            var news = statuses.suffix(lastOnly ? 1 : statuses.count).filter { known[$0.timestamp] != $0 }[...]
            while !news.isEmpty {
                let part = news.prefix(PVOutputService.batchLimit)
                refusals += try await service.add(Array(part), system: system)
                news = news.dropFirst(part.count)
                remember(Array(part), of: place.envoy)
            }
            // Only now: where sending fails, what was pending is told when it is tended again.
            memory.withLock { $0.pending[place] = next }
        }
        if let first = refusals.first {
            throw PublishError.retry("the status of \(first.status.day) \(first.status.time) is passed over: \(first.reason)")
        }
    }

    /// The newest status of all systems; nil where none is of a day that PVOutput takes.
    private func newestStatus() async throws -> (PVOutputStatus, system: String)? {
        var newest: (PVOutputStatus, system: String)?
        for envoy in try await archive.status().envoys {
            guard let system = settings.systems[envoy.serialNumber] else { continue }
            var clock = LocalClock(zoneNamed: envoy.timeZone)
            let first = firstDay(&clock)
            var day = clock.day(of: now())
            while day >= first {
                let place = Place(envoy: envoy.serialNumber, day: day)
                if let last = try await statuses(of: place, zone: envoy.timeZone).known.last {
                    if last.timestamp > newest?.0.timestamp ?? .min { newest = (last, system) }
                    break
                }
                day = day.advanced(by: -1)
            }
        }
        return newest
    }

    private func remember(_ statuses: [PVOutputStatus], of envoy: String) {
        let oldest = now() - (Self.days + 1) * 86_400
        memory.withLock { memory in
            for status in statuses { memory.told[envoy, default: [:]][status.timestamp] = status }
            memory.told[envoy] = memory.told[envoy]?.filter { $0.key >= oldest }
        }
    }

    private func statuses(of place: Place, zone: String?) async throws -> (known: [PVOutputStatus], next: Int?) {
        var day = PVOutputDay(place.day, clock: LocalClock(zoneNamed: zone), interval: settings.intervalSeconds)
        // What began in the day may end as much later as one interval lasts: after an outage, a day.
        let intervals = RowFilter(timestamps: day.range.lowerBound..<day.range.upperBound + 86_400, envoy: place.envoy)
        for try await page in archive.intervals(intervals) { for row in page { day.add(row.fact) } }
        let readings = RowFilter(timestamps: day.range.lowerBound..<day.range.upperBound + 1, envoy: place.envoy)
        for try await page in archive.readings(readings) { for row in page { day.add(row.fact) } }
        return day.statuses(now: now())
    }
}

extension PublishingTarget {
    public static func pvoutput(_ settings: PVOutputSettings) -> PublishingTarget {
        PublishingTarget(name: "pvoutput", address: settings.url, beginning: .firstRow) { archive, _ in PVOutputPublisher(settings, archive)
        }
    }
}
