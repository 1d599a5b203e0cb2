import Foundation

/// A broker, and what to tell it.
public struct MQTTSettings: Sendable {
    public var host: String
    public var port: Int
    public var usesTLS: Bool
    public var user: String?
    public var password: String?
    /// A PEM file of who may vouch for the broker; nil for the system's.
    public var authorities: String?
    /// PEM files of our own certificate and its key; both or neither.
    public var certificate: String?
    public var privateKey: String?
    /// What all topics begin with.
    public var prefix = "heliograph"
    /// Home Assistant's discovery prefix; nil to announce nothing.
    public var discovery: String? = "homeassistant"
    /// Of this program, told to Home Assistant.
    public var version: String?
    /// How long an Envoy may be silent by day until its power counts as unknown, s.
    public var silentSeconds = AlertLimits().silentSeconds
    /// How long to wait for the broker's word, s.
    var patienceSeconds = 15.0

    /// - Parameter url: `mqtt://host`, `mqtts://host`, each perhaps with a port; nil for anything else.
    public init?(url: String) {
        guard let components = URLComponents(string: url), let host = components.host, !host.isEmpty,
            let scheme = components.scheme, ["mqtt", "mqtts"].contains(scheme)
        else { return nil }
        usesTLS = scheme == "mqtts"
        // An IPv6 address stands in brackets in a URL.
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        port = components.port ?? (usesTLS ? 8883 : 1883)
    }

    /// For people: no secrets.
    var address: String { "\(usesTLS ? "mqtts" : "mqtt")://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}

/// A message for the broker.
struct MQTTMessage: Equatable, Sendable {
    var topic: String
    var payload: [UInt8]
    /// Whether the broker keeps it for those who come later.
    var isRetained = true
}
