/// A report as XML, in the order of elements and attributes that captures show (protocol notes §3).
enum ReportXML {
    static func render(_ report: EnvoyReport, from envoy: EnvoyIdentity) -> String {
        var writer = XMLWriter(singleQuotes: envoy.webcomm == .v3_0)
        switch envoy.webcomm {
        case .v3_0:
            writer.open("perf_report", [("report_timestamp", String(report.timestampSeconds))])
            writer.empty("envoy", attributesV3(of: envoy), depth: 1)
            write(report.intervals, to: &writer)
            write(report.readings, to: &writer)
            for event in report.events { writer.empty("event", attributesV3(of: event), depth: 1) }
        case .v4_6_0:
            writer.open(
                "perf_report",
                [("report_timestamp", String(report.timestampSeconds)), ("webcomm_version", envoy.webcomm.rawValue)])
            writer.empty("envoy", attributesV4(of: envoy), depth: 1)
            write(report.intervals, to: &writer)
            write(report.readings, to: &writer)
            for event in report.events { writeV4(event, to: &writer) }
        }
        for device in report.devices { write(device, to: &writer) }
        writer.close("perf_report")
        return writer.text
    }

    private static func attributesV3(of envoy: EnvoyIdentity) -> [(String, String)] {
        [
            ("ip_addr", envoy.ipAddress), ("mac_addr", envoy.macAddress), ("timezone", envoy.place.timezone),
            ("part_num", envoy.webcomm.partNumber), ("sw_version", envoy.webcomm.firmware),
            ("serial_num", envoy.serial),
        ]
    }

    private static func attributesV4(of envoy: EnvoyIdentity) -> [(String, String)] {
        [
            ("latitude", degrees(envoy.place.latitude)), ("longitude", degrees(envoy.place.longitude)),
            ("ip_addr", envoy.ipAddress), ("emu_region", envoy.region.rawValue),
            ("part_num", envoy.webcomm.partNumber), ("sw_version", envoy.webcomm.firmware),
            ("serial_num", envoy.serial), ("mac_addr", envoy.macAddress), ("timezone", envoy.place.timezone),
        ]
    }

    private static func attributesV3(of event: SimulatedEvent) -> [(String, String)] {
        let correlation = event.correlationID.map { [("correlation_id", String($0))] } ?? []
        return correlation + [
            ("event_state", String(event.state.rawValue)), ("id", String(event.id)),
            ("event_code", String(event.code.rawValue)), ("eqid", event.equipment), ("serial_num", event.serial),
            ("event_date", String(event.dateSeconds)),
        ]
    }

    private static func writeV4(_ event: SimulatedEvent, to writer: inout XMLWriter) {
        var attributes = [
            ("event_state", String(event.state.rawValue)), ("event_code", String(event.code.rawValue)),
            ("event_date", String(event.dateSeconds)), ("id", String(event.id)), ("eqid", event.equipment),
        ]
        if let key = event.messageKey { attributes.append(("message_key", key)) }
        if let id = event.correlationID { attributes.append(("correlation_id", String(id))) }
        guard let parameters = event.messageParameters else { return writer.empty("event", attributes) }
        writer.open("event", attributes)
        writer.open("message_params", [])
        writer.cdata(parameters)
        writer.close("message_params")
        writer.close("event")
    }

    private static func write(_ intervals: ArraySlice<SimulatedInterval>, to writer: inout XMLWriter) {
        for row in intervals {
            writer.empty(
                "interval",
                [
                    ("interval_duration", String(row.durationSeconds)),
                    ("stat_duration", String(row.statDurationSeconds)), ("end_date", String(row.endSeconds)),
                    ("stats", String(row.joules)), ("id", String(row.id)), ("eqid", row.channel),
                ], depth: 1)
        }
    }

    private static func write(_ readings: ArraySlice<SimulatedReading>, to writer: inout XMLWriter) {
        for row in readings {
            writer.empty(
                "reading",
                [
                    ("duration", String(row.durationSeconds)), ("stats", row.stats), ("date", String(row.dateSeconds)),
                    ("id", String(row.id)), ("flags", "0"), ("eqid", row.channel),
                ], depth: 1)
        }
    }

    private static func write(_ device: SimulatedDevice, to writer: inout XMLWriter) {
        writer.open(
            "device",
            [
                ("image_bits", "131072"), ("device_type", "1"), ("admin_state", "1"),
                ("condition_flags", String(device.deviceConditions)), ("part_num", "800-00103-r05"),
                ("observed_flags", "0"), ("eqid", device.serial), ("control_bits", "0"),
            ], depth: 1)
        writer.empty(
            "channel",
            [
                ("channel_type", "1"), ("condition_flags", String(device.channelConditions)), ("observed_flags", "0"),
                ("eqid", device.serial + ".1"), ("control_bits", "0"),
            ], depth: 2)
        writer.close("device", depth: 1)
    }

    /// Four decimals, as captures have them.
    private static func degrees(_ value: Double) -> String {
        let tenThousandths = Int((abs(value) * 10000).rounded())
        let fraction = String(tenThousandths % 10000)
        let sign = value < 0 && tenThousandths > 0 ? "-" : ""
        return "\(sign)\(tenThousandths / 10000)." + String(repeating: "0", count: 4 - fraction.count) + fraction
    }
}
