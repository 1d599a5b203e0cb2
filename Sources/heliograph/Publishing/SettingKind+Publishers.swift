import Foundation

extension SettingKind<String> {
    /// A URL of a host, perhaps with a port and a path. A user or password in it would end up in logs: they have other places.
    static func url(_ schemes: [String]) -> Self {
        single(
            "a URL that begins with \(schemes.map { $0 + "://" }.joined(separator: " or ")), without user and password",
            parse: { text in
                guard let url = URLComponents(string: text), let scheme = url.scheme, schemes.contains(scheme),
                    let host = url.host, !host.isEmpty, url.user == nil, url.password == nil
                else { return nil }
                return text
            }, print: \.self)
    }

    /// Any text without control characters.
    static func text(_ what: String) -> Self {
        single(
            what, parse: { text in text.isEmpty || text.unicodeScalars.contains { $0.value < 0x20 } ? nil : text }, print: \.self)
    }

    /// The beginning of MQTT topics.
    static let topic = single(
        "an MQTT topic, such as heliograph or solar/roof, without + and #",
        parse: { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            let isGood =
                parts.allSatisfy { !$0.isEmpty } && !text.unicodeScalars.contains { $0.value < 0x20 || $0 == "+" || $0 == "#" || $0 == "$" }
            return isGood && text.utf8.count <= 200 ? text : nil
        }, print: \.self)
}

extension SettingKind<[PVOutputSystem]> {
    static let systems = SettingKind(
        accepts: "pairs of an Envoy's serial number and a system id, as in 121319000042=12345",
        isList: true,
        parse: { texts in
            let systems = texts.map { PVOutputSystem($0) }
            let known = systems.compactMap(\.self)
            let areDistinct = Set(known.map(\.envoy)).count == known.count && Set(known.map(\.system)).count == known.count
            return systems.contains(nil) || !areDistinct ? nil : known
        },
        print: { $0.map { "\($0.envoy)=\($0.system)" } }
    )
}

extension SettingKind<[String]> {
    static let serialNumbers = SettingKind(
        accepts: "serial numbers", isList: true,
        parse: { texts in texts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && ($0.isNumber || $0.isLetter) } } ? texts : nil },
        print: { $0 })
}

/// Which Envoy is which system at PVOutput.
struct PVOutputSystem: Sendable, Hashable {
    var envoy: String
    /// The system's id, digits.
    var system: String

    init?(_ text: String) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }) else { return nil }
        (envoy, system) = (parts[0], parts[1])
    }
}

extension Settings {
    /// How often PVOutput wants a status.
    enum StatusInterval: String, CaseIterable, Sendable {
        case fiveMinutes = "5m"
        case tenMinutes = "10m"
        case fifteenMinutes = "15m"

        var seconds: Int {
            switch self {
            case .fiveMinutes: 300
            case .tenMinutes: 600
            case .fifteenMinutes: 900
            }
        }
    }
}
