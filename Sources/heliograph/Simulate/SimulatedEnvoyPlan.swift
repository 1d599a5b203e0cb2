import Foundation
import Simulator

/// The options of `simulate envoy`, checked and turned into what the simulation takes.
struct SimulatedEnvoyPlan: Sendable {
    let place: Place
    let identity: EnvoyIdentity
    let client: EnvoyClient
    let panels: Int
    let seed: UInt64
    let startSeconds: Int
    /// How long the cloud was out of reach before the first report.
    let outageSeconds: Int
    /// How long the Envoy had no power before that.
    let unpoweredSeconds: Int
    let everySeconds: Int
    let speed: Double
    let reports: Int?

    /// - Throws: `Failure` that names the option.
    init(_ options: SimulateEnvoyCommand, now: Date) throws {
        place = try Self.place(options)
        guard (1...1000).contains(options.panels) else {
            throw Failure("--panels \(options.panels) is out of range", hint: "choose 1 to 1000")
        }
        panels = options.panels
        seed = options.seed
        reports = options.reports
        if let reports, reports < 1 { throw Failure("--reports \(reports) is out of range", hint: "choose 1 or more") }

        guard let webcomm = Webcomm(rawValue: options.webcomm) else {
            let known = Webcomm.allCases.map(\.rawValue).joined(separator: " or ")
            throw Failure("--webcomm \(options.webcomm) is not known", hint: "choose \(known)")
        }
        if let serial = options.serial, serial.utf8.count != 12 || !serial.utf8.allSatisfy({ (48...57).contains($0) }) {
            throw Failure("--serial \(serial) is not a serial number", hint: "give 12 digits")
        }
        identity = EnvoyIdentity(serial: options.serial, place: place, webcomm: webcomm, seed: options.seed)

        everySeconds = try Self.seconds(options.every, option: "--every")
        guard everySeconds > 0 else { throw Failure("--every \(options.every) is too short", hint: "give 1s or more, as 5m") }
        outageSeconds = try options.outage.map { try Self.seconds($0, option: "--outage") } ?? 0
        unpoweredSeconds = try options.unpowered.map { try Self.seconds($0, option: "--unpowered") } ?? 0
        for (option, seconds) in [("--outage", outageSeconds), ("--unpowered", unpoweredSeconds)] where seconds > 366 * 86400 {
            throw Failure("\(option) is too long", hint: "give 366d or less")
        }
        speed = try Self.speed(options.speed)
        let zone = place.timezone
        startSeconds = try options.start.map { try Self.instant($0, timezone: zone) } ?? Int(now.timeIntervalSince1970)
        client = try Self.client(to: options.to, tls: options.tls)
    }

    /// The Envoy, with the rows of the outages in its backlog.
    func model() -> EnvoyModel {
        let reachableUntil = startSeconds - max(outageSeconds, everySeconds)
        var model = EnvoyModel(
            identity: identity, roof: Roof(place: place, panelCount: panels, seed: seed),
            startSeconds: reachableUntil - unpoweredSeconds)
        model.passUnpowered(until: reachableUntil)
        model.advance(to: startSeconds)
        return model
    }

    private static func place(_ options: SimulateEnvoyCommand) throws -> Place {
        guard (-90...90).contains(options.latitude) else {
            throw Failure("--latitude \(options.latitude) is out of range", hint: "give degrees north, -90 to 90")
        }
        guard (-180...180).contains(options.longitude) else {
            throw Failure("--longitude \(options.longitude) is out of range", hint: "give degrees east, -180 to 180")
        }
        let isDefault = options.latitude == Place.freiburg.latitude && options.longitude == Place.freiburg.longitude
        let timezone = options.timezone ?? (isDefault ? Place.freiburg.timezone : nautical(options.longitude))
        guard TimeZone(identifier: timezone) != nil else {
            throw Failure("--timezone \(timezone) is not known", hint: "give a name of the tz database, as America/Los_Angeles")
        }
        return Place(latitude: options.latitude, longitude: options.longitude, timezone: timezone)
    }

    /// The zone at sea: a whole hour for each 15°. The signs of `Etc/GMT` count westwards.
    private static func nautical(_ longitude: Double) -> String {
        let hours = Int((longitude / 15).rounded())
        return hours == 0 ? "Etc/GMT" : "Etc/GMT\(hours > 0 ? "-" : "+")\(abs(hours))"
    }

    private static func seconds(_ text: String, option: String) throws -> Int {
        guard let duration = HumanDuration(text) else {
            throw Failure("\(option) \(text) is not a duration", hint: "give a number with its unit, as 30s, 5m or 14d")
        }
        return duration.milliseconds / 1000
    }

    private static func speed(_ text: String) throws -> Double {
        if text == "max" { return .infinity }
        guard let number = Double(text), number > 0, number.isFinite else {
            throw Failure("--speed \(text) is not a speed", hint: "give a number above 0, as 60, or max")
        }
        return number
    }

    private static func client(to text: String, tls: String) throws -> EnvoyClient {
        guard let version = EnvoyTransport.TLSVersionNumber(rawValue: tls) else {
            throw Failure("--tls \(tls) is not known", hint: "choose 1.0, 1.1 or 1.2")
        }
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty,
            url.scheme == "https" || url.scheme == "http", ["", "/"].contains(url.path), url.query == nil
        else {
            throw Failure("--to \(text) is not a place to send to", hint: "give it as https://127.0.0.1:4430")
        }
        let isPlain = url.scheme == "http"
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        return try EnvoyClient(
            host: bare, port: url.port ?? (isPlain ? 80 : 443), transport: isPlain ? .plain : .tls(version))
    }

    /// An instant with a zone, or a date and time at the place.
    private static func instant(_ text: String, timezone: String) throws -> Int {
        let zone = TimeZone(identifier: timezone) ?? .gmt
        let local = Date.ISO8601FormatStyle(timeZone: zone).year().month().day()
        let minutes = Date.ParseStrategy(
            format:
                "\(year: .padded(4))-\(month: .twoDigits)-\(day: .twoDigits)T\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits)",
            locale: Locale(identifier: "en_US_POSIX"), timeZone: zone)
        // A zone behind hours and minutes: ISO 8601 here wants the seconds, too.
        let isShort = text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d(Z|[+-]\d\d:?\d\d)/) != nil
        let whole = isShort ? "\(text.prefix(16)):00\(text.dropFirst(16))" : text
        // Each form may fail; that none fits is the error.
        let date =
            (try? Date(whole, strategy: .iso8601))
            ?? (try? Date(text, strategy: local.time(includingFractionalSeconds: false)))
            ?? (try? Date(text, strategy: minutes))
            ?? (try? Date(text, strategy: local))
        guard let date, abs(date.timeIntervalSince1970) < 1e11 else {
            throw Failure("--start \(text) is not a time", hint: "give it as 2015-06-21T12:00, or with Z or +02:00 behind")
        }
        return Int(date.timeIntervalSince1970)
    }
}
