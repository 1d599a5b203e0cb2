import ArgumentParser
import Archive
import Reports

/// `heliograph devices`: each panel as it is now.
struct DevicesCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "Show each panel: last power, volts, temperature, energy today and in all.",
        discussion: """
            `share %` is the energy of the last seven days in percent of the median panel's: a panel in the shade, dirty or \
            failing stands out. `read` is when the newest reading was made, by the Envoy's clock. `flags` are the conditions of \
            the microinverter and, behind a stroke, of the channel; the meaning of most is unknown.
            """)

    @OptionGroup var options: AskingOptions

    func answer(from archive: AskedArchive, to output: AnswerOutput) async throws {
        let devices = try await archive.reader.devices(now: archive.now)
        let told = archive.envoys.map { envoy in (envoy, devices.filter { $0.envoy == envoy.serialNumber }) }
        if options.json {
            let envoys = told.map { envoy, devices in
                DevicesJSON.Envoy(
                    serial: envoy.serialNumber, timeZone: envoy.timeZone,
                    devices: devices.map { DeviceJSON($0, archive.clock(of: envoy)) })
            }
            return try output.print(json: DevicesJSON(envoys: envoys))
        }
        for (index, (envoy, devices)) in told.enumerated() {
            if index > 0 { try output.print([""]) }
            try output.print([archive.title(of: envoy)])
            if devices.isEmpty {
                try output.print(["no device is known"])
            } else {
                try output.print(
                    table(devices, archive.clock(of: envoy), today: archive.today(of: envoy)),
                    givingUp: ["flags", "Hz", "DC A", "DC V", "AC V", "°C"])
            }
        }
    }

    private func table(_ devices: [DeviceNow], _ clock: EnvoyClock, today: CivilDate) -> TextTable {
        let rows = devices.map { device -> [String] in
            let reading = device.latest
            return [
                device.equipment.visible, reading?.averageWatts?.fixed(1) ?? "", reading?.dcVolts?.fixed(1) ?? "",
                reading?.dcAmperes?.fixed(2) ?? "", reading?.acVolts?.fixed(1) ?? "", reading?.acHertz?.fixed(2) ?? "",
                reading?.celsius.map(String.init) ?? "",
                device.joulesToday.wattHours.fixed(0), device.joulesTotal.kilowattHours.fixed(1),
                device.shareOfMedian.map { ($0 * 100).fixed(0) } ?? "",
                reading.map { clock.short($0.timestamp, on: today) } ?? "never", device.flags, device.adminState == 3 ? "deleted" : "",
            ]
        }
        let heads = ["device", "W", "DC V", "DC A", "AC V", "Hz", "°C", "Wh today", "kWh in all", "share %", "read", "flags", "remark"]
        return TextTable(heads: heads, rows: rows).withoutEmpty(["flags", "remark"])
    }
}

extension DeviceNow {
    /// The device's condition flags, and the channel's behind a stroke where it has any; empty where all are clear.
    fileprivate var flags: String {
        let channel = channel.flatMap { _ in channelCondition.flags }.flatMap { $0.rawValue == 0 ? nil : "\($0)" }
        guard let device = inverterCondition.flags, device.rawValue != 0 || channel != nil else { return channel ?? "" }
        return "\(device)" + (channel.map { "/\($0)" } ?? "")
    }
}

/// `devices --json`.
struct DevicesJSON: Encodable {
    struct Envoy: Encodable {
        var serial: String
        var timeZone: String?
        var devices: [DeviceJSON]
    }

    var envoys: [Envoy]
}

/// A panel with its microinverter as JSON.
struct DeviceJSON: Encodable {
    struct Flags: Encodable {
        var condition: String?
        var observed: String?
        var control: String?

        init(_ flags: Condition) {
            condition = flags.flags?.description
            observed = flags.observed?.description
            control = flags.control?.description
        }
    }
    struct Latest: Encodable {
        var time: String
        var durationSeconds: Int
        var watts: Double?
        var acVolts: Double?
        var acHertz: Double?
        var dcVolts: Double?
        var dcAmperes: Double?
        var celsius: Int?
    }

    var device: String
    var serial: String
    var channel: Int?
    var partNumber: String?
    /// 1 discovered, 2 verified, 3 deleted.
    var adminState: Int?
    var deviceFlags: Flags
    var channelFlags: Flags
    /// The reading with the newest time.
    var latest: Latest?
    var todayJoules: Int
    var todayWattHours: Double
    var totalJoules: Int
    var totalWattHours: Double
    /// Energy of the last seven days over that of the median panel.
    var shareOfMedian: Double?

    init(_ now: DeviceNow, _ clock: EnvoyClock) {
        device = now.equipment
        serial = now.serialNumber
        channel = now.channel
        partNumber = now.partNumber
        adminState = now.adminState
        deviceFlags = Flags(now.inverterCondition)
        channelFlags = Flags(now.channelCondition)
        latest = now.latest.map {
            Latest(
                time: clock.time($0.timestamp), durationSeconds: $0.durationSeconds, watts: $0.averageWatts?.thousandths,
                acVolts: $0.acVolts, acHertz: $0.acHertz, dcVolts: $0.dcVolts, dcAmperes: $0.dcAmperes, celsius: $0.celsius)
        }
        todayJoules = now.joulesToday
        todayWattHours = now.joulesToday.wattHours
        totalJoules = now.joulesTotal
        totalWattHours = now.joulesTotal.wattHours
        shareOfMedian = now.shareOfMedian?.thousandths
    }
}
