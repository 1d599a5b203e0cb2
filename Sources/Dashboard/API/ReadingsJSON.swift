import Archive
import Reports

/// `/api/v1/devices/{device}/readings`: what a panel measured, column by column; null where a reading lacks a value.
struct ReadingsJSON: Encodable {
    var envoy: String
    var device: String
    var name: String?
    var timeZone: String?
    var startTimestamp: Int
    var endTimestamp: Int
    var timestamps: [Int] = []
    var watts: [Double?] = []
    var acVolts: [Double?] = []
    var acHertz: [Double?] = []
    var dcVolts: [Double?] = []
    var dcAmperes: [Double?] = []
    var celsius: [Int?] = []
}

extension ReadingsJSON {
    mutating func add(_ reading: Reading) {
        timestamps.append(reading.timestamp)
        watts.append(reading.averageWatts?.thousandths)
        acVolts.append(reading.acVolts)
        acHertz.append(reading.acHertz)
        dcVolts.append(reading.dcVolts)
        dcAmperes.append(reading.dcAmperes)
        celsius.append(reading.celsius)
    }
}

extension House {
    /// The most days of readings in one answer.
    static let readingDays = 31

    /// A panel of an Envoy, by `serial.channel`, also one that is no longer on the roof.
    func panel(
        _ equipment: String, of serial: String?
    ) async throws -> (envoy: EnvoyStatus, panel: PanelNow, among: [EnvoyStatus]) {
        let reader = try await archive.open()
        let envoys = try await envoys()
        for envoy in envoys where serial == nil || envoy.serialNumber == serial {
            guard let today = try await reader.today(now: now).first(where: { $0.envoy == envoy.serialNumber }) else { continue }
            let (panels, removed) = try await panels(of: envoy, today, try await reader.roof(of: envoy.serialNumber))
            guard let panel = (panels + removed).first(where: { $0.device.equipment == equipment }) else { continue }
            return (envoy, panel, envoys)
        }
        throw Refused(.notFound, "there is no such panel")
    }

    func readings(of panel: PanelNow, _ envoy: EnvoyStatus, in span: Range<Int>) async throws -> ReadingsJSON {
        guard span.count <= Self.readingDays * 86_400 + 3_600 else {
            throw Refused(.badRequest, "readings are told of up to \(Self.readingDays) days at once")
        }
        var answer = ReadingsJSON(
            envoy: envoy.serialNumber, device: panel.device.equipment, name: panel.name, timeZone: envoy.timeZone,
            startTimestamp: span.lowerBound, endTimestamp: span.upperBound)
        let filter = RowFilter(timestamps: span, envoy: envoy.serialNumber, equipment: panel.device.equipment)
        for try await page in try await archive.open().readings(filter) {
            // Only one channel's: a serial number alone would stand for all its channels.
            for row in page where row.fact.equipment == panel.device.equipment { answer.add(row.fact) }
        }
        return answer
    }
}

extension APIRoutes {
    func readings(of device: String, _ query: Query) async throws -> ReadingsJSON {
        let (envoy, panel, _) = try await house.panel(device, of: query.text("envoy"))
        return try await house.readings(of: panel, envoy, in: envoy.span(try days(query, of: envoy)))
    }
}
