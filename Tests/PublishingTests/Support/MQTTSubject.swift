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
        settings = try #require(MQTTSettings(url: "mqtt://127.0.0.1:\(side.port)"))
    }

    var target: PublishingTarget { PublishingTarget.mqtt(settings) }

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

/// A message as a listener heard it.
struct Heard {
    var topic: String
    var payload: String
}

/// `mosquitto_sub`, started anew with each broker; what it heard before stays.
final class Listener: Sendable {
    private let programs = Watched<[Program]>([])

    func listen(to port: Int) async throws {
        let program = try Program(
            "mosquitto_sub", ["-h", "127.0.0.1", "-p", "\(port)", "-q", "1", "-v", "-t", "heliograph/#", "-t", "homeassistant/#"])
        programs.change { $0.append(program) }
    }

    func end() async {
        guard let program = programs.value.last else { return }
        program.send(SIGKILL)
        _ = await program.end()
    }

    var heard: [Heard] {
        programs.value.flatMap { program in
            // The last line may be on its way.
            program.output.value.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().compactMap { line in
                let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
                return parts.count == 2 ? Heard(topic: parts[0], payload: parts[1]) : nil
            }
        }
    }
}

extension Server {
    /// - Parameter more: further lines of its settings.
    static func mosquitto(
        port: Int? = nil, _ more: @escaping @Sendable (TemporaryFolder) throws -> [String] = { _ in ["allow_anonymous true"] }
    ) throws -> Server {
        try Server("mosquitto", port: port) { port, folder in
            let user = getuid() == 0 ? ["user root"] : []
            let lines = user + ["listener \(port) 127.0.0.1", "persistence false"] + (try more(folder))
            try folder.write(lines.joined(separator: "\n").utf8, to: "mosquitto.conf")
            return ["-c", folder.path + "/mosquitto.conf"]
        }
    }
}
