import ArgumentParser
import Archive

/// `heliograph today`: the day so far.
struct TodayCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "today", abstract: "Show the energy of the day so far, hour by hour, and the last power.")

    @OptionGroup var options: AskingOptions

    func answer(from archive: AskedArchive, to output: AnswerOutput) async throws {
        let days = try await archive.reader.today(now: archive.now)
        let told = archive.envoys.compactMap { envoy in
            days.first { $0.envoy == envoy.serialNumber }.map { EnvoyDay($0, of: envoy, archive.clock(of: envoy), now: archive.now) }
        }
        if options.json { return try output.print(json: TodayJSON(envoys: told.map(\.json))) }
        for (index, day) in told.enumerated() {
            if index > 0 { try output.print([""]) }
            try output.print([archive.title(of: day.envoy)] + day.summary)
            if !day.day.hours.isEmpty {
                try output.print([""])
                try output.print(day.table(width: output.width))
            }
        }
    }
}

/// An Envoy's day with the clock that shows it.
struct EnvoyDay {
    let envoy: EnvoyStatus
    let day: EnvoyToday
    private let clock: EnvoyClock
    private let now: Int

    init(_ day: EnvoyToday, of envoy: EnvoyStatus, _ clock: EnvoyClock, now: Int) {
        (self.day, self.envoy, self.clock, self.now) = (day, envoy, clock, now)
    }

    var summary: [String] {
        var lines = ["today   \(day.day)", "energy  \(day.joules.kilowattHours.fixed(2)) kWh"]
        if let time = day.latestTimestamp {
            let power = day.watts.map { "\($0.fixed(0)) W from \(Wording.counted(day.panelCount, "panel"))" } ?? "unknown"
            lines.append("power   \(power), \(clock.time(time)) (\(Wording.ago(now.seconds(since: time))))")
        }
        return lines
    }

    func table(width: Int?) -> TextTable {
        let most = day.hours.map(\.joules).max() ?? 0
        let space = min(40, max(0, (width ?? 80) - 24))
        let rows = zip(clock.hours(day.hours.map(\.startTimestamp)), day.hours).map { label, hour in
            [label, hour.wattHours.fixed(1), Wording.bar(hour.joules, of: most, width: space)]
        }
        return TextTable(heads: ["hour", "Wh", ""], rows: rows)
    }

    var json: TodayJSON.Envoy {
        TodayJSON.Envoy(
            serial: envoy.serialNumber, timeZone: envoy.timeZone, day: day.day.description, joules: day.joules,
            wattHours: day.joules.wattHours, hours: day.hours.map { PeriodJSON($0, clock) },
            lastReading: day.latestTimestamp.map(clock.time),
            lastReadingAgeSeconds: day.latestTimestamp.map { now.seconds(since: $0) }, watts: day.watts.map(\.thousandths),
            panels: day.panelCount)
    }
}

/// `today --json`. Times are ISO 8601 with their offset.
struct TodayJSON: Encodable {
    struct Envoy: Encodable {
        var serial: String
        var timeZone: String?
        /// By the Envoy's clock.
        var day: String
        var joules: Int
        var wattHours: Double
        var hours: [PeriodJSON]
        var lastReading: String?
        var lastReadingAgeSeconds: Int?
        /// Power of all panels at the last reading.
        var watts: Double?
        /// How many panels that power is from.
        var panels: Int
    }

    var envoys: [Envoy]
}

/// Energy of a period as JSON.
struct PeriodJSON: Encodable {
    var start: String
    var end: String
    var joules: Int
    var wattHours: Double

    init(_ period: EnergyPeriod, _ clock: EnvoyClock) {
        start = clock.time(period.startTimestamp)
        end = clock.time(period.endTimestamp)
        joules = period.joules
        wattHours = period.joules.wattHours
    }
}

extension Double {
    /// Rounded to a thousandth, as JSON has it.
    var thousandths: Double { (self * 1_000).rounded() / 1_000 }
}
