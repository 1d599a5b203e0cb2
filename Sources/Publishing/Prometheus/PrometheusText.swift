import Archive
import Reports

/// The site's and the program's figures in Prometheus' text format, version 0.0.4: base units, a `_total` at the end of what only
/// rises, labels of Envoys, devices, publishers and the program's own reasons, and no others.
public enum PrometheusText {
    /// What to say the answer is.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Asks the archive, and renders it all.
    ///
    /// - Parameters:
    ///   - program: nil where no program runs that could tell.
    ///   - now: seconds since 1970 UTC; decides which day is today.
    ///   - silentSeconds: how long an Envoy may be silent by day until its power counts as unknown.
    public static func text(
        _ archive: ArchiveReader, program: ProgramFigures?, now: Int, silentSeconds: Int = AlertLimits().silentSeconds
    ) async throws -> String {
        let (status, devices, today) = (
            try await archive.status(), try await archive.devices(now: now), try await archive.today(now: now)
        )
        var lights: [String: (isBright: Bool, power: PowerNow)] = [:]
        for envoy in status.envoys {
            let own = devices.filter { $0.envoy == envoy.serialNumber }
            var daylight = try await Daylight(of: envoy, own, in: archive, now: now)
            let power = PowerNow(envoy, own, daylight, now: now, silentSeconds: silentSeconds)
            lights[envoy.serialNumber] = (daylight.isBright(at: now), power)
        }
        var text = MetricText()
        addEnvoys(status, devices, today, lights, to: &text)
        addDevices(devices, lights.mapValues(\.power), to: &text)
        addArchive(status, to: &text)
        if let program { addProgram(program, to: &text) }
        return text.text
    }

    /// Renders the program's own figures, while there is no archive that can be asked.
    public static func text(withoutArchive program: ProgramFigures) -> String {
        var text = MetricText()
        addArchive(nil, to: &text)
        addProgram(program, to: &text)
        return text.text
    }

    private static func addEnvoys(
        _ status: ArchiveStatus, _ devices: [DeviceNow], _ today: [EnvoyToday], _ lights: [String: (isBright: Bool, power: PowerNow)],
        to text: inout MetricText
    ) {
        let totals = Dictionary(grouping: devices, by: \.envoy).mapValues { $0.reduce(0) { $0 + $1.joulesTotal } }
        let envoys = status.envoys
        func label(_ serial: String) -> [(String, String)] { [("envoy", serial)] }
        text.add(
            "envoy_energy_joules_total", .counter, "Energy of all panels of all time.",
            envoys.map { (label($0.serialNumber), totals[$0.serialNumber] ?? 0) })
        text.add(
            "envoy_energy_today_joules", .gauge, "Energy of all panels of the day by the Envoy's clock.",
            today.map { (label($0.envoy), $0.joules) })
        text.add(
            "envoy_power_watts", .gauge, "Power of all panels; missing while it is unknown.",
            envoys.map { (label($0.serialNumber), lights[$0.serialNumber]?.power.total) })
        text.add(
            "envoy_panels_reporting", .gauge, "Panels that were read now.",
            envoys.map { (label($0.serialNumber), lights[$0.serialNumber]?.power.panelCount) })
        text.add(
            "envoy_daylight", .gauge, "1 in hours in which the panels usually give energy.",
            envoys.map { (label($0.serialNumber), lights[$0.serialNumber]?.isBright == true ? 1 : 0) })
        text.add(
            "envoy_last_reading_timestamp_seconds", .gauge, "When the newest reading was taken.",
            today.map { (label($0.envoy), $0.latestTimestamp) })
        text.add(
            "envoy_last_report_timestamp_seconds", .gauge, "When the newest report was made, by the Envoy's clock.",
            envoys.map { (label($0.serialNumber), $0.lastReportTimestamp) })
        text.add(
            "envoy_last_received_timestamp_seconds", .gauge, "When a report last arrived, by this machine's clock.",
            envoys.map { (label($0.serialNumber), $0.lastReceivedTimestamp) })
        text.add(
            "envoy_info", .gauge, "The Envoy's part and firmware.",
            envoys.map {
                ([("envoy", $0.serialNumber), ("part_number", $0.partNumber ?? ""), ("software_version", $0.softwareVersion ?? "")], 1)
            })
    }

    private static func addDevices(_ devices: [DeviceNow], _ power: [String: PowerNow], to text: inout MetricText) {
        func add<Number: MetricNumber>(_ name: String, _ kind: MetricText.Kind, _ help: String, _ value: (DeviceNow) -> Number?) {
            text.add(name, kind, help, devices.map { ([("envoy", $0.envoy), ("device", $0.equipment)], value($0)) })
        }
        add("envoy_inverter_energy_joules_total", .counter, "Energy of a panel of all time.") { $0.joulesTotal }
        add("envoy_inverter_power_watts", .gauge, "Power of a panel; missing while it is unknown.") {
            power[$0.envoy]?.watts[$0.equipment]
        }
        add("envoy_inverter_ac_volts", .gauge, "Grid voltage at a microinverter.") { $0.latest?.acVolts }
        add("envoy_inverter_ac_frequency_hertz", .gauge, "Grid frequency at a microinverter.") { $0.latest?.acHertz }
        add("envoy_inverter_dc_volts", .gauge, "Voltage of a panel.") { $0.latest?.dcVolts }
        add("envoy_inverter_dc_amperes", .gauge, "Current of a panel.") { $0.latest?.dcAmperes }
        add("envoy_inverter_temperature_celsius", .gauge, "Temperature of a microinverter.") { $0.latest?.celsius }
        add("envoy_inverter_last_reading_timestamp_seconds", .gauge, "When a panel was last read.") { $0.latest?.timestamp }
        add("envoy_inverter_admin_state", .gauge, "State by the Envoy: 1 discovered, 2 verified, 3 deleted.") { $0.adminState }
        add("envoy_inverter_median_ratio", .gauge, "Energy of a week, divided by that of the median panel.") { $0.shareOfMedian }
    }

    private static func addArchive(_ status: ArchiveStatus?, to text: inout MetricText) {
        text.add("heliograph_archive_up", .gauge, "Whether the archive is there and can be asked.", [([], status == nil ? 0 : 1)])
        guard let status else { return }
        text.add("heliograph_archive_reports_total", .counter, "Reports in the archive.", [([], status.reportCount)])
        text.add("heliograph_archive_rows_total", .counter, "Intervals, readings and events in the archive.", [([], status.rowCount)])
        text.add("heliograph_archive_conflicts_total", .counter, "Rows that came again with other values.", [([], status.conflictCount)])
        text.add("heliograph_archive_findings_total", .counter, "Things in reports that are not understood.", [([], status.findingCount)])
        text.add("heliograph_archive_size_bytes", .gauge, "Size of the archive.", [([], status.bytes)])
    }

    private static func addProgram(_ program: ProgramFigures, to text: inout MetricText) {
        func add(_ name: String, _ kind: MetricText.Kind, _ help: String, _ value: Int?) { text.add(name, kind, help, [([], value)]) }
        add("heliograph_start_timestamp_seconds", .gauge, "When the program started.", program.startedTimestamp)
        add("heliograph_connections_total", .counter, "Connections accepted.", program.connections)
        add("heliograph_connections_open", .gauge, "Connections open now.", program.connectionsOpen)
        add("heliograph_requests_captured_total", .counter, "Requests written to disk.", program.requestsCaptured)
        add("heliograph_request_bytes_total", .counter, "Bytes of these requests.", program.requestBytes)
        add("heliograph_requests_not_captured_total", .counter, "Requests that went on without being kept.", program.requestsNotCaptured)
        add("heliograph_replies_forwarded_total", .counter, "Replies of the cloud handed back.", program.repliesForwarded)
        add("heliograph_reply_bytes_total", .counter, "Bytes of these replies.", program.replyBytes)
        text.add(
            "heliograph_cloud_mode", .gauge, "1 for what happens to captured reports: forward, shield, answer or off.",
            [([("mode", program.cloud ?? "")], program.cloud == nil ? nil : 1)])
        add("heliograph_cloud_mode_since_timestamp_seconds", .gauge, "Since when it is so.", program.cloudSinceTimestamp)
        add(
            "heliograph_cloud_outage_since_timestamp_seconds", .gauge, "Since when the cloud has taken no report; missing while it does.",
            program.cloudOutageSinceTimestamp)
        add("heliograph_answers_given_total", .counter, "Reports that were answered here and not by the cloud.", program.answersGiven)
        add("heliograph_undelivered_reports", .gauge, "Reports answered here that the cloud has not taken.", program.undelivered)
        add("heliograph_undelivered_refused_reports", .gauge, "Reports delivered later that the cloud refused.", program.undeliveredRefused)
        add("heliograph_disk_failures_total", .counter, "Failures to write a request.", program.diskFailures)
        add("heliograph_disk_free_bytes", .gauge, "Free space on the disk of the captures.", program.diskFreeBytes)
        add("heliograph_last_capture_timestamp_seconds", .gauge, "When a request was last captured.", program.lastCaptureTimestamp)
        add("heliograph_last_reply_timestamp_seconds", .gauge, "When the cloud last replied.", program.lastReplyTimestamp)
        add("heliograph_last_cloud_failure_timestamp_seconds", .gauge, "When the cloud last failed.", program.lastCloudFailureTimestamp)
        text.add(
            "heliograph_refusals_total", .counter, "Requests refused, by reason.",
            program.refusals.sorted { $0.key < $1.key }.map { ([("reason", $0.key)], $0.value) })
        text.add(
            "heliograph_cloud_failures_total", .counter, "Failures of the cloud, by reason.",
            program.cloudFailures.sorted { $0.key < $1.key }.map { ([("reason", $0.key)], $0.value) })
        func publisher<Number: MetricNumber>(_ name: String, _ kind: MetricText.Kind, _ help: String, _ value: (PublisherReport) -> Number?)
        {
            text.add("heliograph_publisher_\(name)", kind, help, program.publishers.map { ([("publisher", $0.name)], value($0)) })
        }
        publisher("rows_sent_total", .counter, "Rows that a publisher passed on.") { $0.rowsSent }
        publisher("rows_refused_total", .counter, "Rows that were refused for good.") { $0.rowsRefused }
        publisher("rows_behind", .gauge, "Rows that wait for a publisher.") { $0.rowsBehind }
        publisher("failing", .gauge, "Whether a publisher's last attempt failed.") { $0.isFailing ? 1 : 0 }
        publisher("last_sent_timestamp_seconds", .gauge, "When rows were last passed on.") { $0.lastSentTimestamp }
    }
}

/// A number as a metric has it.
protocol MetricNumber { var metricText: String { get } }
extension Int: MetricNumber { var metricText: String { String(self) } }
extension Double: MetricNumber { var metricText: String { isFinite ? description : isNaN ? "NaN" : self < 0 ? "-Inf" : "+Inf" } }

/// Metrics as they are written down; one without samples is left out.
struct MetricText {
    enum Kind: String { case counter, gauge }

    private(set) var text = ""

    mutating func add<Number: MetricNumber>(_ name: String, _ kind: Kind, _ help: String, _ samples: [([(String, String)], Number?)]) {
        let known = samples.compactMap { labels, value in value.map { (labels, $0) } }
        guard !known.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for (labels, value) in known {
            let shown = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
            text += shown.isEmpty ? "\(name) \(value.metricText)\n" : "\(name){\(shown)} \(value.metricText)\n"
        }
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
