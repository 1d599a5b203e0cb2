import Reports

/// A report as JSON: every row, in SI units where the wire has thousandths, named with their unit.
struct ReportJSON: Encodable {
    struct Row: Encodable {
        var id: Int?
        var equipment: String?
        var timestamp: Int
        var durationSeconds: Int?
        var joules: Int?
        var watts: Double?
        var acVolts: Double?
        var acHertz: Double?
        var dcVolts: Double?
        var dcAmperes: Double?
        var celsius: Int?
        var code: Int?
        var name: String?
        var state: String?
        var correlationID: Int?
    }
    struct DeviceRow: Encodable {
        var equipment: String
        var type: Int?
        var partNumber: String?
        var adminState: Int?
        var conditionFlags: String?
        var channels: [String]
    }
    struct FindingRow: Encodable {
        var kind: String
        var element: String
        var attribute: String?
        var line: Int
        var count: Int
    }

    var timestamp: Int?
    var webcommVersion: String?
    var envoy: String?
    var timeZone: String?
    var softwareVersion: String?
    var fields: [String: String]
    var devices: [DeviceRow]
    var intervals: [Row]
    var readings: [Row]
    var events: [Row]
    var findings: [FindingRow]
    var unlistedFindings: Int

    init(_ decoded: Decoded<Report>, _ formFields: [FormField]) {
        let report = decoded.value
        timestamp = report.timestamp
        webcommVersion = report.webcommVersion
        envoy = report.envoy?.serialNumber
        timeZone = report.envoy?.timeZone
        softwareVersion = report.envoy?.softwareVersion
        fields = Dictionary(formFields.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        devices = report.devices.map {
            DeviceRow(
                equipment: $0.equipment, type: $0.type, partNumber: $0.partNumber, adminState: $0.adminState,
                conditionFlags: $0.condition.flags?.description, channels: $0.channels.map(\.equipment))
        }
        intervals = report.intervals.map {
            Row(
                id: $0.id, equipment: $0.equipment, timestamp: $0.endTimestamp, durationSeconds: $0.durationSeconds,
                joules: $0.joules, watts: $0.averageWatts)
        }
        readings = report.readings.map {
            Row(
                id: $0.id, equipment: $0.equipment, timestamp: $0.timestamp, durationSeconds: $0.durationSeconds, joules: $0.joules,
                watts: $0.averageWatts, acVolts: $0.acVolts, acHertz: $0.acHertz, dcVolts: $0.dcVolts, dcAmperes: $0.dcAmperes,
                celsius: $0.celsius)
        }
        events = report.events.map {
            Row(
                id: $0.id, equipment: $0.equipment, timestamp: $0.timestamp, code: $0.code, name: $0.name,
                state: $0.state.map { "\($0)" } ?? $0.stateNumber.map(String.init), correlationID: $0.correlationID)
        }
        findings = Self.rows(decoded.findings)
        unlistedFindings = decoded.unlistedFindings
    }

    static func rows(_ findings: [Finding]) -> [FindingRow] {
        findings.map {
            FindingRow(kind: $0.kind.rawValue, element: $0.element, attribute: $0.attribute, line: $0.line, count: $0.count)
        }
    }
}

/// A reply as JSON.
struct ReplyJSON: Encodable {
    var status: String?
    var processedEvents: [Int]
    var findings: [ReportJSON.FindingRow]

    init(_ decoded: Decoded<Reply>) {
        status = decoded.value.status
        processedEvents = decoded.value.processedEvents
        findings = ReportJSON.rows(decoded.findings)
    }
}
