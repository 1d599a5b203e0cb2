import Archive
import Reports

/// Rows as InfluxDB's line protocol, one point a row.
///
/// A point is known by its measurement, tags and time, and a second one replaces the first. A row is known by its Envoy, equipment,
/// kind, end and duration (§4): so the first three are measurement and tags, and the point's time is the end in seconds with the
/// duration in seconds as its *nanoseconds*. Two rows of one end stay two points, and a row that comes again is the same point,
/// without a tag for each duration that ever was. Events have no duration; what tells them apart is hashed into the nanoseconds.
///
/// | measurement | tags | fields |
/// |---|---|---|
/// | `envoy_interval` | `envoy`, `device` | `joules`, `duration_seconds`, `measured_seconds`, `watts` |
/// | `envoy_reading` | `envoy`, `device` | `watts`, `ac_volts`, `ac_hertz`, `dc_volts`, `dc_amperes`, `celsius`, `joules`, … |
/// | `envoy_event` | `envoy`, `device`, `code` | `code_number`, `state`, `name`, `message_key`, `message_parameters` |
enum LineProtocol {
    /// Seconds since 1970 that nanoseconds in 64 bits can tell, and a point's own nanoseconds besides.
    static let instants = -9_000_000_000...9_000_000_000

    /// Appends a row's line.
    ///
    /// - Returns: false if the row's time can't be told; nothing is appended then.
    static func append(_ row: PublishedRow, to text: inout String) -> Bool {
        switch row.fact {
        case .interval(let interval):
            guard instants.contains(interval.endTimestamp) else { return false }
            var line = Line("envoy_interval", envoy: row.envoy, device: interval.equipment)
            line.field("joules", interval.joules)
            line.field("duration_seconds", interval.durationSeconds)
            line.field("measured_seconds", interval.measuredSeconds)
            line.field("watts", interval.averageWatts)
            text += line.ended(interval.endTimestamp, nanoseconds: interval.durationSeconds)
        case .reading(let reading):
            guard instants.contains(reading.timestamp) else { return false }
            var line = Line("envoy_reading", envoy: row.envoy, device: reading.equipment)
            line.field("watts", reading.averageWatts)
            line.field("ac_volts", reading.acVolts)
            line.field("ac_hertz", reading.acHertz)
            line.field("dc_volts", reading.dcVolts)
            line.field("dc_amperes", reading.dcAmperes)
            line.field("celsius", reading.celsius.map(Double.init))
            line.field("joules", reading.joules)
            line.field("duration_seconds", reading.durationSeconds)
            line.field("error_seconds", reading.conversionErrorSeconds)
            line.field("error_cycles", reading.conversionErrorCycles)
            text += line.ended(reading.timestamp, nanoseconds: reading.durationSeconds)
        case .event(let event):
            guard instants.contains(event.timestamp) else { return false }
            let device = event.equipment ?? event.serialNumber ?? row.envoy
            var line = Line("envoy_event", envoy: row.envoy, device: device, code: event.code)
            line.field("code_number", event.code)
            line.field("state", event.stateNumber)
            line.field("name", event.name)
            line.field("message_key", event.messageKey)
            line.field("message_parameters", event.messageParameters)
            text += line.ended(event.timestamp, nanoseconds: distinction(of: event))
        }
        return true
    }

    /// What tells two events of one second, code and equipment apart, as a number below a million.
    private static func distinction(of event: Event) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in ["\(event.stateNumber ?? -1)", event.messageKey ?? "", event.messageParameters ?? ""] {
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0x1f) &* 0x100_0000_01b3
        }
        return Int(hash % 1_000_000)
    }
}

/// A line as it grows.
private struct Line {
    private var text: String
    private var hasFields = false

    init(_ measurement: String, envoy: String, device: String, code: Int? = nil) {
        text = measurement
        tag("envoy", envoy)
        tag("device", device)
        if let code { tag("code", String(code)) }
    }

    private mutating func tag(_ name: String, _ value: String) {
        // A tag without a value is not allowed, and one with a line break breaks the line.
        guard !value.isEmpty else { return }
        text += ",\(name)="
        for scalar in value.unicodeScalars {
            switch scalar {
            case ",", "=", " ": text += "\\\(scalar)"
            case "\\": text += "/"
            case _ where scalar.value < 0x20: text += "_"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    private mutating func beginField(_ name: String) {
        text += hasFields ? "," : " "
        hasFields = true
        text += name
        text += "="
    }

    mutating func field(_ name: String, _ value: Int?) {
        guard let value else { return }
        beginField(name)
        text += String(value)
        text += "i"
    }

    mutating func field(_ name: String, _ value: Double?) {
        guard let value, value.isFinite else { return }
        beginField(name)
        text += value.description
    }

    mutating func field(_ name: String, _ value: String?) {
        guard let value else { return }
        beginField(name)
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case "\n", "\r": text += " "
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    /// - Parameters:
    ///   - seconds: within `LineProtocol.instants`.
    ///   - nanoseconds: those that can't be, below 0 or a second and more, are made to fit.
    consuming func ended(_ seconds: Int, nanoseconds: Int) -> String {
        let nanoseconds = min(max(nanoseconds, 0), 999_999_999)
        text += " \(seconds * 1_000_000_000 + nanoseconds)\n"
        return text
    }
}
