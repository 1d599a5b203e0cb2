import ArgumentParser
import Archive

extension EnergyStep: ExpressibleByArgument {}

/// `heliograph energy`: energy by hours, days, months or years.
struct EnergyCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "energy", abstract: "Show energy by hours, days, months or years.",
        discussion: """
            Days are those of the Envoy's clock; both ends count. Without --from and --to: today by hour, the last 31 days \
            by day, the last 12 months by month, all years. Periods of which nothing is known are left out.
            """)

    @OptionGroup var options: AskingOptions
    @Option(help: ArgumentHelp("How long the periods are.")) var by = EnergyStep.day
    @Option(help: .fromDay) var from: String?
    @Option(help: .toDay) var to: String?
    @Option(help: ArgumentHelp("One panel only.", valueName: "serial.channel")) var device: String?

    func answer(from archive: AskedArchive, to output: AnswerOutput) async throws {
        let device = try await archive.device(device, kind: .panel)
        var told: [EnvoyEnergyAnswer] = []
        for envoy in archive.envoys(of: device) {
            let days = try days(today: archive.today(of: envoy))
            let periods = try await archive.reader.energy(
                of: envoy.serialNumber, by: by, equipment: device?.equipment, days: days)
            told.append(EnvoyEnergyAnswer(envoy: envoy, step: by, days: days, periods: periods, clock: archive.clock(of: envoy)))
        }
        if options.json {
            return try output.print(json: EnergyJSON(by: by.rawValue, device: device?.equipment, envoys: told.map(\.json)))
        }
        for (index, answer) in told.enumerated() {
            if index > 0 { try output.print([""]) }
            try output.print([archive.title(of: answer.envoy) + (device.map { ", \($0.equipment.visible)" } ?? "")])
            try output.print(answer.isEmpty ? [answer.nothing] : answer.table(width: output.width).lines)
        }
    }

    /// The days to count: those asked for, or the usual ones of the step.
    func days(today: CivilDate) throws -> ClosedRange<CivilDate> {
        let (year, month, _) = today.components
        let first: CivilDate =
            switch by {
            case .hour: today
            case .day: today.advanced(by: -30)
            case .month: month == 12 ? today.firstOfYear : CivilDate(year: year - 1, month: month + 1, day: 1)
            case .year: AskedDays.all.lowerBound
            }
        return try AskedDays.range(from: from, to: to, today: today, usual: first...today)
    }
}

extension ArgumentHelp {
    static let fromDay = ArgumentHelp("The first day: 2026-11-23, 2026-11, 2026, today or yesterday.", valueName: "day")
    static let toDay = ArgumentHelp("The last day, in the same forms.", valueName: "day")
}

/// An Envoy's energy, period by period.
struct EnvoyEnergyAnswer {
    let envoy: EnvoyStatus
    let step: EnergyStep
    let days: ClosedRange<CivilDate>
    let periods: [EnergyPeriod]
    let clock: EnvoyClock

    var isEmpty: Bool { periods.isEmpty }
    var nothing: String { "nothing is known of \(days.lowerBound) to \(days.upperBound)" }
    private var joules: Int { periods.reduce(0) { $0 + $1.joules } }

    func table(width: Int?) -> TextTable {
        let most = periods.map(\.joules).max() ?? 0
        let space = min(40, max(0, (width ?? 80) - 36))
        let rows = periods.map { [label($0), amount($0.joules), Wording.bar($0.joules, of: most, width: space)] }
        return TextTable(
            heads: [step.rawValue, step == .hour ? "Wh" : "kWh", ""], rows: rows + [["total", amount(joules), ""]])
    }

    private func amount(_ joules: Int) -> String {
        step == .hour ? joules.wattHours.fixed(1) : joules.kilowattHours.fixed(2)
    }

    private func label(_ period: EnergyPeriod) -> String {
        switch step {
        case .hour: clock.minute(period.startTimestamp)
        case .day: period.day.description
        case .month: String(period.day.description.dropLast(3))
        case .year: String(period.day.description.dropLast(6))
        }
    }

    var json: EnergyJSON.Envoy {
        EnergyJSON.Envoy(
            serial: envoy.serialNumber, timeZone: envoy.timeZone, from: days.lowerBound.description,
            to: days.upperBound.description, joules: joules, wattHours: joules.wattHours,
            periods: periods.map { PeriodJSON($0, clock) })
    }
}

/// `energy --json`. Times are ISO 8601 with their offset.
struct EnergyJSON: Encodable {
    struct Envoy: Encodable {
        var serial: String
        var timeZone: String?
        /// The first and the last day that count, by the Envoy's clock.
        var from: String
        var to: String
        /// The sum of the periods.
        var joules: Int
        var wattHours: Double
        var periods: [PeriodJSON]
    }

    var by: String
    var device: String?
    var envoys: [Envoy]
}
