import Archive

/// `/api/v1/now`.
struct NowJSON: Encodable {
    struct Envoy: Encodable {
        var serial: String
        var timeZone: String?
        /// The day by the Envoy's clock.
        var day: String
        /// Power of all panels at the last reading, W.
        var watts: Double?
        /// From how many panels that is.
        var panelCount: Int
        var latestTimestamp: Int?
        /// Whether the last reading is of the last hour.
        var isFresh: Bool
        /// Whether the panels should give power now, going by the days before: an Envoy that is silent then gives what nobody knows.
        var isDay: Bool
        var todayWattHours: Double
        var yesterdayWattHours: Double?
        var panels: [Panel]
        var troubles: [Trouble]
    }

    var timestamp: Int
    var envoys: [Envoy]
}

/// A panel with its microinverter.
struct Panel: Encodable {
    var device: String
    var serial: String
    var name: String?
    var partNumber: String?
    var latestTimestamp: Int?
    var watts: Double?
    var acVolts: Double?
    var acHertz: Double?
    var dcVolts: Double?
    var dcAmperes: Double?
    var celsius: Int?
    var todayWattHours: Double
    var totalWattHours: Double
    /// Power over the median panel's at the last reading.
    var shareNow: Double?
    /// Energy of seven days over the median panel's.
    var shareOfMedian: Double?
    /// Whether it is no longer on the roof.
    var isRemoved: Bool
    /// What its share looks like over time: a word, and a sentence; missing where too little is known.
    var review: Review?

    struct Review: Encodable {
        /// `alike`, `nothing`, `shaded`, `falling` or `weak`.
        var kind: String
        var text: String
    }

    init(_ panel: PanelNow) {
        let device = panel.device
        (self.device, serial, name, partNumber) = (device.equipment, device.serialNumber, panel.name, device.partNumber)
        latestTimestamp = device.latest?.timestamp
        watts = device.latest?.averageWatts?.thousandths
        (acVolts, acHertz, dcVolts) = (device.latest?.acVolts, device.latest?.acHertz, device.latest?.dcVolts)
        (dcAmperes, celsius) = (device.latest?.dcAmperes, device.latest?.celsius)
        todayWattHours = device.joulesToday.wattHours
        totalWattHours = device.joulesTotal.wattHours
        shareNow = panel.shareNow?.thousandths
        shareOfMedian = device.shareOfMedian?.thousandths
        isRemoved = device.isRemoved
        review = panel.review.map { Review(kind: $0.kind, text: $0.text) }
    }
}

extension APIRoutes {
    func now() async throws -> NowJSON {
        var envoys: [NowJSON.Envoy] = []
        for envoy in try await house.envoys() {
            guard let now = try await house.now(of: envoy, isQuick: true) else { continue }
            envoys.append(
                NowJSON.Envoy(
                    serial: envoy.serialNumber, timeZone: envoy.timeZone, day: now.today.day.description,
                    watts: now.today.watts?.thousandths, panelCount: now.today.panelCount, latestTimestamp: now.today.latestTimestamp,
                    isFresh: now.isFresh, isDay: now.isDay, todayWattHours: now.today.joules.wattHours,
                    yesterdayWattHours: now.yesterdayJoules?.wattHours, panels: now.panels.map(Panel.init), troubles: now.troubles))
        }
        return NowJSON(timestamp: house.now, envoys: envoys)
    }

    /// `/api/v1/devices`: also those that are no longer on the roof, behind the others.
    func devices(_ query: Query) async throws -> DevicesJSON {
        let envoy = try await house.envoy(query.text("envoy"))
        let now = try await house.now(of: envoy)
        return DevicesJSON(
            envoy: envoy.serialNumber, timeZone: envoy.timeZone, devices: now.map { $0.panels + $0.removed }?.map(Panel.init) ?? [])
    }
}

struct DevicesJSON: Encodable {
    var envoy: String
    var timeZone: String?
    var devices: [Panel]
}

extension Int {
    /// Joules as watt-hours, to a thousandth.
    var wattHours: Double { (Double(self) / 3_600).thousandths }
}

extension Double {
    /// Rounded to a thousandth.
    var thousandths: Double { isFinite ? (self * 1_000).rounded() / 1_000 : 0 }
}
