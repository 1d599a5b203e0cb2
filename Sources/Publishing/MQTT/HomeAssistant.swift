import Archive

/// Home Assistant's MQTT device discovery: one retained message a device, with all its sensors in it.
///
/// Source: <https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload>, and the schemas that messages are checked with,
/// `homeassistant/components/mqtt/schemas.py` and `sensor.py` in <https://github.com/home-assistant/core>: `device`, `origin` and
/// `components` must be there, `identifiers` in the first, `platform` and `unique_id` in each component; `last_reset_value_template`
/// goes with the state class `total` alone. What state classes mean: <https://developers.home-assistant.io/docs/core/entity/sensor/>,
/// where a `total_increasing` that falls begins a new meter.
struct HomeAssistantDevice: Encodable, Equatable {
    struct Description: Encodable, Equatable {
        var identifiers: [String]
        var name: String
        var manufacturer = "Enphase"
        var model: String
        var serial_number: String?
        var sw_version: String?
        var via_device: String?
    }

    struct Origin: Encodable, Equatable {
        var name = "Heliograph"
        var sw_version: String?
    }

    var device: Description
    var origin: Origin
    var components: [String: HomeAssistantSensor]
    var state_topic: String
    var availability_topic: String
    var qos = 1

    /// The topic's part that names the device.
    var id: String { device.identifiers.first ?? "" }
}

extension HomeAssistantDevice {
    /// This program, which says whether anything is wrong.
    init(alertsIn topics: MQTTTopics, version: String?) {
        // Two programs at one broker have two prefixes.
        let id = topics.prefix == "heliograph" ? "heliograph_alerts" : "heliograph_alerts_" + MQTTTopics.level(topics.prefix)
        device = Description(identifiers: [id], name: "Heliograph", manufacturer: "Heliograph", model: "Heliograph", sw_version: version)
        origin = Origin(sw_version: version)
        components = [
            "problem": HomeAssistantSensor(
                platform: "binary_sensor", unique_id: "\(id)_problem", name: "Problem", device_class: "problem",
                value_template: "{{ 'ON' if value_json.open else 'OFF' }}"),
            "alerts": HomeAssistantSensor(
                unique_id: "\(id)_count", name: "Alerts", state_class: "measurement", value_template: "{{ value_json.open | count }}"),
        ]
        state_topic = topics.alerts
        availability_topic = topics.availability
    }
}

/// A sensor of a device.
struct HomeAssistantSensor: Encodable, Equatable {
    var platform = "sensor"
    var unique_id: String
    var name: String
    var device_class: String?
    var state_class: String?
    var unit_of_measurement: String?
    var value_template: String
    var last_reset_value_template: String?
    var suggested_display_precision: Int?
    var entity_category: String?
}

extension HomeAssistantDevice {
    /// The Envoy.
    init(_ site: MQTTSite, _ topics: MQTTTopics, version: String?) {
        let serial = site.envoy.serialNumber
        let id = "heliograph_" + MQTTTopics.level(serial)
        device = Description(
            identifiers: [id], name: "Envoy \(serial)", model: site.envoy.partNumber.map { "Envoy \($0)" } ?? "Envoy",
            serial_number: serial, sw_version: site.envoy.softwareVersion)
        origin = Origin(sw_version: version)
        components = Dictionary(uniqueKeysWithValues: SensorKind.ofEnvoy.map { ($0.key, $0.sensor(id)) })
        state_topic = topics.state(envoy: serial)
        availability_topic = topics.availability
    }

    /// A panel with its microinverter.
    init(_ panel: MQTTSite.Panel, of site: MQTTSite, _ topics: MQTTTopics, version: String?) {
        let envoy = site.envoy.serialNumber
        let envoyID = "heliograph_" + MQTTTopics.level(envoy)
        let id = envoyID + "_" + MQTTTopics.level(panel.device.equipment)
        device = Description(
            identifiers: [id], name: "Microinverter \(panel.device.equipment)",
            model: panel.device.partNumber.map { "Microinverter \($0)" } ?? "Microinverter", serial_number: panel.device.serialNumber,
            via_device: envoyID)
        origin = Origin(sw_version: version)
        components = Dictionary(uniqueKeysWithValues: SensorKind.ofPanel.map { ($0.key, $0.sensor(id)) })
        state_topic = topics.state(envoy: envoy, equipment: panel.device.equipment)
        availability_topic = topics.availability
    }
}

/// A kind of sensor: a key of the state, and what Home Assistant has to know of it.
struct SensorKind {
    var key: String
    var name: String
    var deviceClass: String?
    var stateClass: String?
    var unit: String?
    var digits: Int?
    var isDiagnostic = false

    static let energy = [
        SensorKind(
            key: "wattHoursTotal", name: "Energy", deviceClass: "energy", stateClass: "total_increasing", unit: "Wh", digits: 0),
        SensorKind(key: "wattHoursToday", name: "Energy today", deviceClass: "energy", stateClass: "total", unit: "Wh", digits: 0),
    ]
    static let power = SensorKind(
        key: "watts", name: "Power", deviceClass: "power", stateClass: "measurement", unit: "W", digits: 0)
    static let lastReading = SensorKind(key: "lastReading", name: "Last reading", deviceClass: "timestamp", isDiagnostic: true)

    static let ofEnvoy =
        [power] + energy + [
            SensorKind(key: "panels", name: "Panels", stateClass: "measurement", isDiagnostic: true), lastReading,
            SensorKind(key: "lastReport", name: "Last report", deviceClass: "timestamp", isDiagnostic: true),
        ]
    static let ofPanel =
        [power] + energy + [
            SensorKind(key: "acVolts", name: "AC voltage", deviceClass: "voltage", stateClass: "measurement", unit: "V", digits: 1),
            SensorKind(key: "acHertz", name: "Frequency", deviceClass: "frequency", stateClass: "measurement", unit: "Hz", digits: 2),
            SensorKind(key: "dcVolts", name: "DC voltage", deviceClass: "voltage", stateClass: "measurement", unit: "V", digits: 1),
            SensorKind(key: "dcAmperes", name: "DC current", deviceClass: "current", stateClass: "measurement", unit: "A", digits: 2),
            SensorKind(key: "celsius", name: "Temperature", deviceClass: "temperature", stateClass: "measurement", unit: "°C", digits: 0),
            lastReading,
        ]

    func sensor(_ device: String) -> HomeAssistantSensor {
        HomeAssistantSensor(
            unique_id: "\(device)_\(key)", name: name, device_class: deviceClass, state_class: stateClass, unit_of_measurement: unit,
            // `None` is Home Assistant's word for an unknown value.
            value_template: "{{ value_json.\(key) | default('None') }}",
            last_reset_value_template: stateClass == "total" ? "{{ value_json.todayBegan }}" : nil, suggested_display_precision: digits,
            entity_category: isDiagnostic ? "diagnostic" : nil)
    }
}
