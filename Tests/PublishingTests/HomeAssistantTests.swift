@testable import Archive
import Foundation
import Reports
import TestSupport
import Testing

@testable import Publishing

/// What Home Assistant demands of a discovery message, in our words.
///
/// Source: home-assistant/core, `homeassistant/components/mqtt/schemas.py` (the message), `mqtt/sensor.py` (a sensor),
/// `sensor/const.py` (which units and state classes go with a device class), `mqtt/discovery.py` (the topic).
private enum Rules {
    static let message: Set = [
        "device", "origin", "components", "state_topic", "command_topic", "availability", "availability_mode", "availability_template",
        "availability_topic", "payload_available", "payload_not_available", "qos", "encoding",
    ]
    static let device: Set = [
        "identifiers", "connections", "manufacturer", "model", "model_id", "name", "hw_version", "serial_number", "sw_version",
        "via_device",
        "suggested_area", "configuration_url",
    ]
    static let origin: Set = ["name", "sw_version", "support_url"]
    static let sensor: Set = [
        "platform", "unique_id", "name", "device_class", "state_class", "unit_of_measurement", "value_template",
        "last_reset_value_template", "suggested_display_precision", "entity_category", "icon", "expire_after", "force_update",
        "object_id", "options", "enabled_by_default", "state_topic", "payload_on", "payload_off",
    ]
    static let units: [String: Set<String>] = [
        "energy": ["Wh", "kWh", "MWh", "J", "kJ", "MJ", "GJ"], "power": ["W", "kW", "mW"], "voltage": ["V", "mV"], "current": ["A", "mA"],
        "frequency": ["Hz", "kHz", "MHz", "GHz"], "temperature": ["°C", "°F", "K"], "timestamp": [], "problem": [],
    ]
    static let stateClasses: [String: Set<String>] = [
        "energy": ["total", "total_increasing"], "power": ["measurement"], "voltage": ["measurement"], "current": ["measurement"],
        "frequency": ["measurement"], "temperature": ["measurement"], "timestamp": [], "problem": [],
    ]
    /// `<prefix>/device/<object id>/config`, the id of letters, digits, `_` and `-`.
    nonisolated(unsafe) static let topic = /homeassistant\/device\/[a-zA-Z0-9_-]+\/config/

    static func check(_ message: Heard) throws {
        #expect(try topic.wholeMatch(in: message.topic) != nil, "\(message.topic)")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(message.payload.utf8)) as? [String: Any])
        #expect(Set(object.keys).isSubset(of: Self.message), "\(object.keys)")
        let device = try #require(object["device"] as? [String: Any])
        #expect(Set(device.keys).isSubset(of: Self.device), "\(device.keys)")
        #expect((device["identifiers"] as? [String])?.isEmpty == false)
        for (key, value) in device where key != "identifiers" { #expect(value is String, "\(key)") }
        let origin = try #require(object["origin"] as? [String: Any])
        #expect(Set(origin.keys).isSubset(of: Self.origin) && origin["name"] is String && origin["sw_version"] as? String == "1.2.3")
        #expect([0, 1, 2].contains(object["qos"] as? Int ?? 0))
        for key in ["state_topic", "availability_topic"] { #expect(isTopic(object[key]), "\(key): \(object)") }
        let components = try #require(object["components"] as? [String: [String: Any]])
        #expect(!components.isEmpty)
        for (key, component) in components { try check(component, key) }
    }

    /// A topic to listen to (`valid_subscribe_topic`): text without a null character, and here without wildcards.
    private static func isTopic(_ value: Any?) -> Bool {
        guard let topic = value as? String else { return false }
        return !topic.isEmpty && topic.utf8.count <= 65_535 && !topic.contains { "+#\0".contains($0) }
    }

    /// Keys whose value is no text, with what it is.
    private static let numbers: Set = ["suggested_display_precision", "expire_after"]
    private static let truths: Set = ["force_update", "enabled_by_default"]
    /// `ENTITY_CATEGORIES_SCHEMA`; a sensor may not be `config`.
    private static let categories: Set = ["diagnostic"]

    private static func check(_ component: [String: Any], _ key: String) throws {
        for (name, value) in component where name != "options" {
            let isRight =
                numbers.contains(name) ? (value as? Int).map { $0 >= 0 } ?? false : truths.contains(name) ? value is Bool : value is String
            #expect(isRight, "\(key): \(name) is \(value)")
        }
        if let category = component["entity_category"] as? String { #expect(categories.contains(category), "\(key): \(category)") }
        if component["platform"] as? String == "binary_sensor" {
            // `mqtt/binary_sensor.py`: these are a sensor's alone.
            for name in ["state_class", "unit_of_measurement", "suggested_display_precision", "last_reset_value_template"] {
                #expect(component[name] == nil, "\(key): \(name)")
            }
        }
        for name in ["value_template", "last_reset_value_template"] {
            guard let template = component[name] as? String else { continue }
            #expect(template.hasPrefix("{{ ") && template.hasSuffix(" }}"), "\(key): \(template)")
        }
        #expect(Set(component.keys).isSubset(of: sensor), "\(key): \(component.keys)")
        #expect(["sensor", "binary_sensor"].contains(component["platform"] as? String), "\(key)")
        #expect((component["unique_id"] as? String)?.isEmpty == false, "\(key)")
        let stateClass = component["state_class"] as? String
        if component["last_reset_value_template"] != nil { #expect(stateClass == "total", "\(key): only a total is reset") }
        guard let deviceClass = component["device_class"] as? String else { return }
        if let stateClass { #expect(stateClasses[deviceClass]?.contains(stateClass) == true, "\(key)") }
        let unit = component["unit_of_measurement"] as? String
        if let unit { #expect(units[deviceClass]?.contains(unit) == true, "\(key): \(unit)") }
        #expect((unit == nil) == (units[deviceClass]?.isEmpty ?? false), "\(key): a unit where there is one")
    }
}

@Suite(.serialized, .enabled(if: Program.isInstalled("mosquitto"))) struct HomeAssistantTests {
    private func run(_ body: (MQTTSubject, Flow, PublishingService) async throws -> Void) async throws {
        let subject = try await MQTTSubject()
        let flow = try await Flow()
        try await subject.start()
        do {
            try await flow.publishing(to: subject.target) { service in try await body(subject, flow, service) }
            await subject.stop()
        } catch {
            await subject.stop()
            throw error
        }
    }

    private func configs(_ subject: MQTTSubject) -> [Heard] { subject.messages.filter { $0.topic.hasSuffix("/config") } }

    @Test func `an Envoy and each of its panels are announced as Home Assistant wants it`() async throws {
        try await run { subject, flow, service in
            try await flow.keep(Roof().reports(3), from: "first")
            service.look()
            let (heard, isRight) = try await eventually {
                configs(subject)
            } until: {
                $0.count == 6
            }
            #expect(isRight, "\(heard.map(\.topic)), \(service.reports)")
            for message in heard { try Rules.check(message) }
            var ids: [String] = []
            for message in heard {
                let object = try #require(try JSONSerialization.jsonObject(with: Data(message.payload.utf8)) as? [String: Any])
                let components = try #require(object["components"] as? [String: [String: Any]])
                ids += components.values.compactMap { $0["unique_id"] as? String }
            }
            #expect(Set(ids).count == ids.count && ids.count == 2 + 6 + 4 * 9)
        }
    }

    @Test func `each event is told once it is known, and to no one who comes later`() async throws {
        try await run { subject, flow, service in
            // It begins with what comes next.
            try await expectEventually {
                service.reports[0].rowsBehind
            } until: {
                $0 == 0
            }
            var reports = Roof().reports(1)
            var raised = Event(id: 7, code: 101, timestamp: 1_446_100_000)
            (raised.stateNumber, raised.equipment) = (2, "121333885001.1")
            reports[0].events = [raised]
            try await flow.keep(reports, from: "first")
            service.look()
            try await expectEventually {
                subject.messages.filter { $0.topic == "heliograph/121319000042/event" }.map(\.payload)
            } until: {
                $0 == [
                    #"{"code":101,"device":"121333885001.1","envoy":"121319000042","id":7,"name":"grid instability","state":"raised","time":"2015-10-29T06:26:40Z"}"#
                ]
            }
            // What the broker has kept comes in the order of the topics asked for.
            let topics = ["event", "state"].flatMap { ["-t", "heliograph/121319000042/\($0)"] }
            let late = try await Program.run(
                "mosquitto_sub", ["-h", "127.0.0.1", "-p", "\(subject.broker.port)", "-v", "-C", "1"] + topics)
            #expect(late.text.hasPrefix("heliograph/121319000042/state "))
        }
    }

    @Test func `two programs at one broker are two devices`() throws {
        func id(_ prefix: String) -> String {
            HomeAssistantDevice(alertsIn: MQTTTopics(prefix: prefix, discovery: "homeassistant"), version: nil).id
        }
        #expect(id("heliograph") == "heliograph_alerts" && id("solar/barn") == "heliograph_alerts_solar_barn")
    }

    @Test func `all is announced again when Home Assistant says that it is online`() async throws {
        try await run { subject, flow, service in
            try await flow.keep(Roof().reports(3), from: "first")
            service.look()
            _ = try await eventually {
                configs(subject).count
            } until: {
                $0 == 6
            }
            _ = try await Program.run(
                "mosquitto_pub", ["-h", "127.0.0.1", "-p", "\(subject.broker.port)", "-t", "homeassistant/status", "-m", "online"])
            let (count, isRight) = try await eventually {
                configs(subject).count
            } until: {
                $0 == 12
            }
            #expect(isRight, "\(count)")
        }
    }

    @Test func `rows that come late raise the energy and leave the live values`() async throws {
        try await run { subject, flow, service in
            let reports = Roof().reports(20)
            try await flow.keep(reports[10...], from: "new")
            service.look()
            let isTold = try await eventually {
                try await subject.fault(against: flow)
            } until: {
                $0 == nil
            }.isRight
            #expect(isTold)
            let topic = "heliograph/121319000042/121333885001.1/state"
            func last() throws -> PanelState? {
                try subject.messages.last { $0.topic == topic }.map {
                    try JSONDecoder().decode(PanelState.self, from: Data($0.payload.utf8))
                }
            }
            let before = try #require(try last())
            // An old backlog, and then the same again.
            for name in ["old", "old-again"] { try await flow.keep(reports[..<10], from: name) }
            service.look()
            let (after, isRight) = try await eventually(last) { ($0?.wattHoursTotal ?? 0) > before.wattHoursTotal }
            let energy = try await flow.archive.reader.devices(now: 0).first { $0.equipment == "121333885001.1" }?.joulesTotal
            #expect(isRight && after?.wattHoursTotal == energy.map { (Double($0) / 360).rounded(.down) / 10 })
            #expect(after?.acVolts == before.acVolts && after?.lastReading == before.lastReading && after?.watts == before.watts)
            #expect(try await subject.fault(against: flow) == nil, "totals never fall")
        }
    }

    @Test func `no total falls across a restart of ours, of the broker, or of Home Assistant, and none is counted twice`() async throws {
        let subject = try await MQTTSubject()
        let flow = try await Flow()
        try await subject.start()
        let reports = Roof().reports(40)
        func fault() async throws -> String? {
            try await eventually {
                try await subject.fault(against: flow)
            } until: {
                $0 == nil
            }.last
        }
        do {
            try await flow.keep(reports[20..<30], from: "new")
            try await flow.publishing(to: subject.target) { _ async throws in #expect(try await fault() == nil) }
            // What comes while nobody publishes, what comes late, and what comes again.
            try await flow.keep(reports[..<20], from: "old")
            try await flow.keep(reports[20..<30], from: "again")
            try await flow.publishing(to: subject.target) { service in
                #expect(try await fault() == nil)
                let states = subject.messages.count { $0.topic.hasSuffix("/state") }
                _ = try await Program.run(
                    "mosquitto_pub", ["-h", "127.0.0.1", "-p", "\(subject.broker.port)", "-t", "homeassistant/status", "-m", "online"])
                // It hears everything anew: the same.
                try await expectEventually {
                    subject.messages.count { $0.topic.hasSuffix("/state") }
                } until: {
                    $0 == states + 5
                }
                #expect(try await fault() == nil)
                await subject.broker.stop()
                try await subject.broker.start()
                try await subject.listenAgain()
                try await flow.keep(reports[30...], from: "after")
                service.look()
                #expect(try await fault() == nil)
            }
            await subject.stop()
        } catch {
            await subject.stop()
            throw error
        }
    }

    @Test func `a will that comes late is contradicted: an old connection does not make a new one look dead`() async throws {
        let subject = try await MQTTSubject()
        let flow = try await Flow()
        try await subject.start()
        do {
            try await flow.keep(Roof().reports(10), from: "first")
            try await flow.publishing(to: subject.target) { _ in
                try await expectEventually {
                    try await subject.fault(against: flow)
                } until: {
                    $0 == nil
                }
                _ = try await Program.run(
                    "mosquitto_pub",
                    ["-h", "127.0.0.1", "-p", "\(subject.broker.port)", "-r", "-t", "heliograph/availability", "-m", "offline"])
                try await expectEventually {
                    subject.messages.filter { $0.topic == "heliograph/availability" }.suffix(2).map(\.payload)
                } until: {
                    $0 == ["offline", "online"]
                }
            }
            await subject.stop()
        } catch {
            await subject.stop()
            throw error
        }
    }

    @Test func `it says offline when it ends, and the broker says so when it can't`() async throws {
        let subject = try await MQTTSubject()
        let flow = try await Flow()
        try await subject.start()
        func last() -> String? { subject.messages.last { $0.topic == "heliograph/availability" }?.payload }
        try await flow.publishing(to: subject.target) { service in
            try await expectEventually(last) { $0 == "online" }
            // The broker loses it without a word.
            try subject.set("hang-up")
            try await flow.keep(Roof().reports(1), from: "first")
            service.look()
            try await expectEventually(last) { $0 == "offline" }
            try subject.set("ok")
            try await expectEventually(last) { $0 == "online" }
        }
        try await expectEventually(last) { $0 == "offline" }
        await subject.stop()
    }

    @Test func `totals that were told are never taken back, and other values stay as they were read last`() {
        var device = DeviceNow(
            envoy: "1", equipment: "2.1", serialNumber: "2", inverterCondition: .init(), channelCondition: .init(), joulesToday: 3_600,
            joulesTotal: 7_200)
        device.latest = Roof().reports(1)[0].readings[0]
        device.latest?.equipment = "2.1"
        let envoy = EnvoyStatus(serialNumber: "1", lastReportTimestamp: 2_000_000_000, intervalCount: 0, readingCount: 0, eventCount: 0)
        var joules: [String: Int] = [:]
        func site(_ now: Int) -> MQTTSite {
            let power = PowerNow(envoy, [device], Daylight(), now: now, silentSeconds: 7_200)
            return MQTTSite(envoy, devices: [device], joules: &joules, power: power, now: now)
        }
        #expect(site(2_000_000_000).panels[0].state.watts == 0 && site(2_000_000_000).state.watts == 0, "it sleeps")
        #expect(site(2_000_000_000).panels[0].state.acVolts == 230)
        // An archive that was made anew from fewer captures.
        device.joulesTotal = 3_600
        #expect(site(0).panels[0].state.wattHoursTotal == 2)
    }
}
