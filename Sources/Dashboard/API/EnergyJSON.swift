import Archive

/// `/api/v1/power`: mean power by steps.
struct PowerJSON: Encodable {
    var envoy: String
    var timeZone: String?
    var startTimestamp: Int
    var endTimestamp: Int
    var stepSeconds: Int
    /// When each step begins, and its watts.
    var timestamps: [Int]
    var watts: [Double]
}

/// `/api/v1/energy`: energy by periods, with those before them.
struct EnergyJSON: Encodable {
    struct Period: Encodable {
        var startTimestamp: Int
        var endTimestamp: Int
        /// Its first day by the Envoy's clock.
        var day: String
        var wattHours: Double
    }

    var envoy: String
    var device: String?
    var timeZone: String?
    var by: String
    var from: String
    var to: String
    var totalWattHours: Double
    var periods: [Period]
    /// As many days before; missing unless it was asked for.
    var before: [Period]?
    var beforeTotalWattHours: Double?
}

/// `/api/v1/devices/{device}/energy`: a panel beside the median of its roof.
struct PanelEnergyJSON: Encodable {
    struct Period: Encodable {
        var startTimestamp: Int
        var endTimestamp: Int
        var day: String
        var wattHours: Double
        var medianWattHours: Double
    }

    var envoy: String
    var device: String
    var by: String
    var periods: [Period]
}

extension APIRoutes {
    /// The longest span of which single intervals are added up, days.
    private static let powerDays = 31

    func power(_ query: Query) async throws -> PowerJSON {
        let envoy = try await house.envoy(query.text("envoy"))
        let span = envoy.span(try days(query, of: envoy))
        let start = try query.number("start", in: LocalClock.instants) ?? span.lowerBound
        let end = try query.number("end", in: LocalClock.instants) ?? span.upperBound
        guard start < end, end - start <= Self.powerDays * 86_400 + 3_600 else {
            throw Refused(.badRequest, "power is told of up to \(Self.powerDays) days at once", hint: "ask for energy by hour or day")
        }
        let step = try query.number("step", in: 60...86_400) ?? 300
        guard (end - start) / step <= 20_000 else { throw Refused(.badRequest, "that would be more than 20000 steps") }
        let steps = try await house.archive.open().power(of: envoy.serialNumber, in: start..<end, stepSeconds: step)
        return PowerJSON(
            envoy: envoy.serialNumber, timeZone: envoy.timeZone, startTimestamp: start, endTimestamp: end, stepSeconds: step,
            timestamps: steps.map(\.startTimestamp), watts: steps.map { $0.watts.thousandths })
    }

    func energy(_ query: Query) async throws -> EnergyJSON {
        let envoy = try await house.envoy(query.text("envoy"))
        let days = try days(query, of: envoy)
        let by = try query.choice("by", EnergyStep.self) ?? .day
        let device = query.text("device")
        let length = days.upperBound.daysSince1970 - days.lowerBound.daysSince1970 + 1
        guard by != .hour || length <= 1_000 else {
            throw Refused(.badRequest, "hours are told of up to 1000 days at once", hint: "ask by day")
        }
        let reader = try await house.archive.open()
        let periods = try await reader.energy(of: envoy.serialNumber, by: by, equipment: device, days: days)
        var answer = EnergyJSON(
            envoy: envoy.serialNumber, device: device, timeZone: envoy.timeZone, by: by.rawValue, from: "\(days.lowerBound)",
            to: "\(days.upperBound)", totalWattHours: periods.reduce(0) { $0 &+ $1.joules }.wattHours,
            periods: periods.map(EnergyJSON.Period.init))
        if query.text("before") == "yes" {
            let earlier = days.lowerBound.advanced(by: -length)...days.lowerBound.advanced(by: -1)
            let before = try await reader.energy(of: envoy.serialNumber, by: by, equipment: device, days: earlier)
            answer.before = before.map(EnergyJSON.Period.init)
            answer.beforeTotalWattHours = before.reduce(0) { $0 &+ $1.joules }.wattHours
        }
        return answer
    }

    func panelEnergy(of device: String, _ query: Query) async throws -> PanelEnergyJSON {
        let (envoy, panel, _) = try await house.panel(device, of: query.text("envoy"))
        let by = try query.choice("by", EnergyStep.self) ?? .day
        let periods = try await house.archive.open().energyBesideMedian(
            of: panel.device.equipment, envoy: envoy.serialNumber, by: by, days: try days(query, of: envoy))
        return PanelEnergyJSON(
            envoy: envoy.serialNumber, device: panel.device.equipment, by: by == .hour ? "day" : by.rawValue,
            periods: periods.map {
                PanelEnergyJSON.Period(
                    startTimestamp: $0.startTimestamp, endTimestamp: $0.endTimestamp, day: "\($0.day)",
                    wattHours: $0.joules.wattHours, medianWattHours: $0.medianJoules.wattHours)
            })
    }
}

extension EnergyJSON.Period {
    init(_ period: EnergyPeriod) {
        self.init(
            startTimestamp: period.startTimestamp, endTimestamp: period.endTimestamp, day: "\(period.day)",
            wattHours: period.joules.wattHours)
    }
}
