import Archive
import Foundation
import TestSupport
import Testing

@testable import Publishing

/// mosquitto, with faults before it, and somebody who listens.
struct MQTTSubject: Subject {
    let broker: Server
    let side: Server
    let settings: MQTTSettings
    private let listener: Listener

    init() async throws {
        let broker = try Server.mosquitto()
        self.broker = broker
        side = try Server.python("tcp_side.py", "\(broker.port)")
        listener = Listener()
        var settings = try #require(MQTTSettings(url: "mqtt://127.0.0.1:\(side.port)"))
        settings.version = "1.2.3"
        self.settings = settings
    }

    var target: PublishingTarget { PublishingTarget.mqtt(settings) }

    var hastyTarget: PublishingTarget? {
        var settings = settings
        settings.patienceSeconds = 1
        return PublishingTarget.mqtt(settings)
    }

    func start() async throws {
        try await broker.start()
        try await side.start()
        try await listener.listen(to: broker.port)
    }

    /// A listener goes with its broker: one that stayed and found the new one would hear beside this one, and the order would be lost.
    func listenAgain() async throws {
        await listener.end()
        try await listener.listen(to: broker.port)
    }

    func stop() async {
        await side.stop()
        await broker.stop()
        await listener.end()
    }

    func set(_ mode: String) throws { try side.folder.write(mode.utf8, to: "mode") }

    var messages: [Heard] { listener.heard }

    func fault(against flow: Flow) async throws -> String? {
        let heard = listener.heard
        let last = Dictionary(heard.map { ($0.topic, $0.payload) }) { $1 }
        for device in try await flow.archive.reader.devices(now: Int(Date().timeIntervalSince1970)) {
            let topic = "heliograph/\(device.envoy)/\(device.equipment)/state"
            guard let payload = last[topic] else { return "nothing of \(topic)" }
            let state = try JSONDecoder().decode(PanelState.self, from: Data(payload.utf8))
            let total = (Double(device.joulesTotal) / 360).rounded(.down) / 10
            if state.wattHoursTotal != total { return "\(topic) says \(state.wattHoursTotal) Wh, not \(total)" }
            if state.acVolts != device.latest?.acVolts { return "\(topic) has not the newest voltage" }
        }
        var totals: [String: Double] = [:]
        for message in heard where message.topic.hasSuffix("/state") {
            struct Total: Decodable { var wattHoursTotal: Double }
            let total = try JSONDecoder().decode(Total.self, from: Data(message.payload.utf8)).wattHoursTotal
            if total < totals[message.topic] ?? 0 { return "the energy of \(message.topic) fell" }
            totals[message.topic] = total
        }
        return last["heliograph/availability"] == "online" ? nil : "it is not online"
    }
}
