import Archive

/// What topics say of an Envoy: one JSON object, retained. What is unknown is left out. Times are ISO 8601 in UTC.
struct EnvoyState: Codable, Equatable {
    /// Power of all panels; left out where it is unknown.
    var watts: Double?
    /// Energy of all time; never falls.
    var wattHoursTotal: Double
    /// Energy of the day by the Envoy's clock.
    var wattHoursToday: Double
    /// When that day began.
    var todayBegan: String
    /// How many panels that power is from.
    var panels: Int
    var lastReading: String?
    var lastReport: String?
    var softwareVersion: String?
}

/// What topics say of a panel and its microinverter.
struct PanelState: Codable, Equatable {
    var watts: Double?
    var acVolts: Double?
    var acHertz: Double?
    var dcVolts: Double?
    var dcAmperes: Double?
    var celsius: Int?
    var wattHoursTotal: Double
    var wattHoursToday: Double
    var todayBegan: String
    var lastReading: String?
}

/// An Envoy with its panels as the archive has them, as topics tell it.
struct MQTTSite: Equatable {
    var envoy: EnvoyStatus
    var state: EnvoyState
    var panels: [Panel]

    struct Panel: Equatable {
        var device: DeviceNow
        var state: PanelState
    }

    /// - Parameters:
    ///   - devices: of this Envoy.
    ///   - joules: totals of panels by equipment, as they were told before; they only ever rise.
    ///   - power: of these panels.
    ///   - now: seconds since 1970 UTC.
    init(_ envoy: EnvoyStatus, devices: [DeviceNow], joules: inout [String: Int], power: PowerNow, now: Int) {
        self.envoy = envoy
        var clock = LocalClock(zoneNamed: envoy.timeZone)
        let today = clock.day(of: min(max(now, LocalClock.instants.lowerBound), LocalClock.instants.upperBound))
        let began = Self.time(clock.start(of: today))
        panels = devices.map { device in
            let key = envoy.serialNumber + " " + device.equipment
            let total = max(joules[key] ?? 0, device.joulesTotal)
            joules[key] = total
            return Panel(device: device, state: Self.state(of: device, total: total, began: began, power))
        }
        let newest = devices.compactMap(\.latest?.timestamp).max()
        let total = devices.reduce(0) { $0.addingClamping(joules[envoy.serialNumber + " " + $1.equipment] ?? 0) }
        state = EnvoyState(
            watts: power.total?.tenths, wattHoursTotal: total.wattHours,
            wattHoursToday: devices.reduce(0) { $0.addingClamping($1.joulesToday) }.wattHours, todayBegan: began, panels: power.watts.count,
            lastReading: newest.map(Self.time), lastReport: envoy.lastReportTimestamp.map(Self.time),
            softwareVersion: envoy.softwareVersion)
    }

    private static func state(of device: DeviceNow, total: Int, began: String, _ power: PowerNow) -> PanelState {
        let latest = device.latest
        return PanelState(
            watts: power.watts[device.equipment]?.tenths, acVolts: latest?.acVolts, acHertz: latest?.acHertz,
            dcVolts: latest?.dcVolts, dcAmperes: latest?.dcAmperes, celsius: latest?.celsius, wattHoursTotal: total.wattHours,
            wattHoursToday: device.joulesToday.wattHours, todayBegan: began, lastReading: latest.map { time($0.timestamp) })
    }

    private static func time(_ timestamp: Int) -> String { TimeText.of(timestamp) }
}

extension Int {
    /// Joules as Wh, to a tenth, rounded down: of rising joules the watt hours rise as well.
    fileprivate var wattHours: Double { (Double(self) / 360).rounded(.down) / 10 }
}

extension Double {
    fileprivate var tenths: Double { (self * 10).rounded() / 10 }
}
