import Foundation

/// Times as the Envoy's own clock shows them.
struct EnvoyClock {
    /// True where the Envoy's zone is unknown here, and times are UTC.
    let isGuess: Bool
    private let style: Date.ISO8601FormatStyle

    /// - Parameter zone: A name of the tz database.
    init(zone name: String?) {
        let zone = name.flatMap(TimeZone.init(identifier:))
        isGuess = zone == nil
        style = Date.ISO8601FormatStyle(timeZoneSeparator: .colon, timeZone: zone ?? .gmt)
    }

    /// ISO 8601 with the offset from UTC; the bare number for an instant before 1970 or after 9999, which no calendar needs.
    func time(_ epochSeconds: Int) -> String {
        guard (0..<253_402_214_400).contains(epochSeconds) else { return "\(epochSeconds)" }
        return Date(timeIntervalSince1970: TimeInterval(epochSeconds)).formatted(style)
    }
}
