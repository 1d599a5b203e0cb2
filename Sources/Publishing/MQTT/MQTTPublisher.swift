import Archive
import Foundation
import Reports
import Synchronization

/// Tells a broker how the roof is, and announces it to Home Assistant.
///
/// A state is always that of the archive's newest values, whichever rows led to it: rows that come late raise the energy once, and
/// change nothing else. What the broker has heard is remembered, and only what is new to it is sent; a new connection hears all.
struct MQTTPublisher: Publisher {
    let batchLimit = 1_000
    private let settings: MQTTSettings
    private let topics: MQTTTopics
    private let archive: ArchiveReader
    private let isTrial: Bool
    private let wake: @Sendable () -> Void
    private let now: @Sendable () -> Int
    private let memory = Memory()

    private final class Memory: Sendable {
        let told = Mutex(Told())
        let mustAnnounce = Atomic(false)
        let mustSayOnline = Atomic(false)
    }

    /// What the broker knows.
    private struct Told {
        var connection: MosquittoConnection?
        /// Hashes of payloads by topic.
        var payloads: [String: Int] = [:]
        /// By Envoy and equipment, joules; these outlive connections.
        var joules: [String: Int] = [:]
        var minute: Int?
    }

    /// - Parameters:
    ///   - isTrial: whether another one may be running, for which alone availability speaks.
    ///   - wake: asks to be tended soon.
    ///   - now: seconds since 1970 UTC.
    init(
        _ settings: MQTTSettings, _ archive: ArchiveReader, isTrial: Bool = false, wake: @escaping @Sendable () -> Void,
        now: @escaping @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }
    ) {
        self.settings = settings
        self.archive = archive
        self.isTrial = isTrial
        self.wake = wake
        self.now = now
        topics = MQTTTopics(prefix: settings.prefix, discovery: settings.discovery)
    }

    func publish(_ rows: [PublishedRow]) async throws {
        let connection = try await connect()
        let events = try rows.compactMap { row -> MQTTMessage? in
            guard case .event(let event) = row.fact else { return nil }
            let text = EventText(event, envoy: row.envoy)
            return MQTTMessage(topic: topics.event(envoy: row.envoy), payload: try Self.json(text), isRetained: false)
        }
        try await send(events, on: connection)
        try await tellNews(on: connection)
    }

    let takesAlerts = true

    func publish(alerts: [AlertChange]) async throws {
        let connection = try await connect()
        let messages = try alerts.map { change in
            MQTTMessage(topic: topics.alert, payload: try Self.json(AlertText(change)), isRetained: false)
        }
        try await send(messages, on: connection)
        try await tellNews(on: connection)
    }

    func tend() async throws {
        let mustAnnounce = memory.mustAnnounce.exchange(false, ordering: .relaxed)
        let isOpen = memory.told.withLock { $0.connection?.isOpen ?? false }
        let connection = try await connect()
        if memory.mustSayOnline.exchange(false, ordering: .relaxed) { try await send([online], on: connection) }
        if mustAnnounce { memory.told.withLock { $0.payloads = [:] } }
        // A new day, too, is news: today's energy begins at 0, though no row says so.
        let minute = now() / 60
        let isOld = memory.told.withLock { $0.minute != minute }
        if mustAnnounce || !isOpen || isOld { try await tellNews(on: connection) }
        memory.told.withLock { $0.minute = minute }
    }

    func close() async {
        guard let connection = memory.told.withLock({ $0.connection.take() }) else { return }
        // Its will says `offline` for all to hear. The task is cancelled by now, so nobody could wait for a message's confirmation.
        if isTrial { await connection.close() } else { connection.abandon() }
    }
}

extension MQTTPublisher {
    private func connect() async throws -> MosquittoConnection {
        if let connection = memory.told.withLock({ $0.connection }) {
            if connection.isOpen { return connection }
            await connection.close()
        }
        memory.told.withLock { told in
            told.connection = nil
            told.payloads = [:]
        }
        let will = isTrial ? nil : MQTTMessage(topic: topics.availability, payload: Array("offline".utf8))
        let (status, availability) = (topics.homeAssistantStatus, topics.availability)
        let connection = try await MosquittoConnection.open(settings, will: will, onEnd: wake) { [memory, wake] topic, payload in
            switch (topic, payload) {
            case (status, "online"): memory.mustAnnounce.store(true, ordering: .relaxed)
            // The will of a connection of ours that the broker has only now given up, or of another heliograph of the same prefix.
            case (availability, "offline"): memory.mustSayOnline.store(true, ordering: .relaxed)
            default: return
            }
            wake()
        }
        memory.told.withLock { $0.connection = connection }
        if isTrial { return connection }
        if let status { try await connection.subscribe(status) }
        try await connection.subscribe(availability)
        try await connection.publish([online])
        return connection
    }

    private var online: MQTTMessage { MQTTMessage(topic: topics.availability, payload: Array("online".utf8)) }

    /// Sends what the broker has not heard yet.
    private func tellNews(on connection: MosquittoConnection) async throws {
        try await tell(try await alertMessages(), on: connection)
        for site in try await sites() {
            var messages: [MQTTMessage] = []
            let devices =
                [HomeAssistantDevice(site, topics, version: settings.version)]
                + site.panels.map { HomeAssistantDevice($0, of: site, topics, version: settings.version) }
            for device in devices {
                if let topic = topics.config(device.id) { messages.append(MQTTMessage(topic: topic, payload: try Self.json(device))) }
            }
            let envoy = site.envoy.serialNumber
            messages.append(MQTTMessage(topic: topics.state(envoy: envoy), payload: try Self.json(site.state)))
            for panel in site.panels {
                let topic = topics.state(envoy: envoy, equipment: panel.device.equipment)
                messages.append(MQTTMessage(topic: topic, payload: try Self.json(panel.state)))
            }
            try await tell(messages, on: connection)
        }
    }

    private func tell(_ messages: [MQTTMessage], on connection: MosquittoConnection) async throws {
        let news = memory.told.withLock { told in messages.filter { told.payloads[$0.topic] != $0.payload.hashValue } }
        try await send(news, on: connection)
        memory.told.withLock { told in for message in news { told.payloads[message.topic] = message.payload.hashValue } }
    }

    private func alertMessages() async throws -> [MQTTMessage] {
        let open = try await archive.alerts(ended: 0).map { AlertText($0, isEnd: false) }
        let device = HomeAssistantDevice(alertsIn: topics, version: settings.version)
        let config = try topics.config(device.id).map { MQTTMessage(topic: $0, payload: try Self.json(device)) }
        return [config, MQTTMessage(topic: topics.alerts, payload: try Self.json(["open": open]))].compactMap(\.self)
    }

    private func sites() async throws -> [MQTTSite] {
        let now = now()
        let devices = Dictionary(grouping: try await archive.devices(now: now), by: \.envoy)
        let envoys = try await archive.status().envoys
        var powers: [String: PowerNow] = [:]
        for envoy in envoys {
            let own = devices[envoy.serialNumber] ?? []
            let daylight = try await Daylight(of: envoy, own, in: archive, now: now)
            powers[envoy.serialNumber] = PowerNow(envoy, own, daylight, now: now, silentSeconds: settings.silentSeconds)
        }
        return memory.told.withLock { [powers] told in
            envoys.compactMap { envoy in
                let serial = envoy.serialNumber
                return powers[serial].map { MQTTSite(envoy, devices: devices[serial] ?? [], joules: &told.joules, power: $0, now: now) }
            }
        }
    }

    private func send(_ messages: [MQTTMessage], on connection: MosquittoConnection) async throws {
        guard !messages.isEmpty else { return }
        do { try await connection.publish(messages) } catch {
            // What of it has arrived is not known: the next connection hears everything. No good-bye, which would take the will away:
            // the program may be ending in the middle of this.
            connection.abandon()
            throw error
        }
    }

    private static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}

extension PublishingTarget {
    public static func mqtt(_ settings: MQTTSettings) -> PublishingTarget {
        var target = PublishingTarget(name: "mqtt", address: settings.address, beginning: .nextRow) { archive, wake in
            MQTTPublisher(settings, archive, wake: wake)
        }
        target.trial = { archive in MQTTPublisher(settings, archive, isTrial: true, wake: {}) }
        target.keepsTimes = false
        return target
    }
}
