/// The names of topics.
///
/// | topic | what | retained |
/// |---|---|---|
/// | `PREFIX/availability` | `online`, or `offline` when this program is gone | yes |
/// | `PREFIX/ENVOY/state` | the Envoy, JSON | yes |
/// | `PREFIX/ENVOY/SERIAL.CHANNEL/state` | a panel, JSON | yes |
/// | `PREFIX/ENVOY/event` | each event once it is known, JSON | no |
/// | `PREFIX/alert` | each alert when it is raised and when it ends, JSON | no |
/// | `PREFIX/alerts` | the alerts that last, JSON | yes |
/// | `DISCOVERY/device/ID/config` | what Home Assistant makes devices of | yes |
struct MQTTTopics: Equatable, Sendable {
    var prefix: String
    var discovery: String?

    var availability: String { "\(prefix)/availability" }
    var homeAssistantStatus: String? { discovery.map { "\($0)/status" } }

    var alert: String { "\(prefix)/alert" }
    var alerts: String { "\(prefix)/alerts" }
    func state(envoy: String) -> String { "\(prefix)/\(Self.level(envoy))/state" }
    func state(envoy: String, equipment: String) -> String {
        // A full stop is allowed in a topic, and equipment is written with one everywhere.
        "\(prefix)/\(Self.level(envoy))/\(equipment.split(separator: ".", omittingEmptySubsequences: false).map { Self.level(String($0)) }.joined(separator: "."))/state"
    }
    func event(envoy: String) -> String { "\(prefix)/\(Self.level(envoy))/event" }
    func config(_ id: String) -> String? { discovery.map { "\($0)/device/\(id)/config" } }

    /// A serial number as part of a topic or an id: letters, digits, `_` and `-`, whatever came over the wire.
    static func level(_ text: String) -> String {
        let level = String(text.prefix(64).map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" })
        return level.isEmpty ? "_" : level
    }
}
