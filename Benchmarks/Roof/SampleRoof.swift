import Reports

/// A roof of 30 panels that tells its intervals and readings every five minutes of daylight, made up fast.
public struct SampleRoof {
    public static let panelCount = 30
    /// Five-minute steps of daylight a day: a year's mean.
    public static let stepsPerDay = 146
    /// 2005-01-01 by the clock of California, when day 0 begins.
    public static let firstMidnight = 1_104_566_400

    public init() {}

    private let panels = (0..<panelCount).map { "1213338\(85_000 + $0 * 37).1" }
    private var id = 1
    private var noise: UInt64 = 0x9e37_79b9_7f4a_7c15

    /// Some full reports with 500 intervals and 500 readings each, oldest first, from `days`.
    ///
    /// - Parameter withEvents: whether each microinverter says in the evening that it sleeps, and in the morning that it no longer does.
    public mutating func forEachReport(
        days: Range<Int>, rowsOfEachKind limit: Int = 500, withEvents: Bool = false, _ body: (Report) async throws -> Void
    ) async throws {
        var report = empty()
        for day in days {
            if withEvents { for index in panels.indices { addNight(before: day, panel: index, to: &report) } }
            for step in 0..<Self.stepsPerDay {
                let end = Self.firstMidnight + day * 86_400 + 6 * 3_600 + step * 300
                let sun = 4 * step * (Self.stepsPerDay - step)
                for index in panels.indices {
                    add(panels[index], end: end, sun: sun, offset: index, to: &report)
                    if report.intervals.count == limit {
                        report.timestamp = end
                        try await body(report)
                        report = empty()
                    }
                }
            }
        }
        if !report.intervals.isEmpty { try await body(report) }
    }

    private mutating func add(_ panel: String, end: Int, sun: Int, offset: Int, to report: inout Report) {
        noise ^= noise << 13
        noise ^= noise >> 7
        noise ^= noise << 17
        let jitter = Int(noise % 4_096)
        let joules = 66_000 * sun / (Self.stepsPerDay * Self.stepsPerDay) + jitter % 900
        var interval = Interval(id: id, equipment: panel, endTimestamp: end, durationSeconds: 300)
        interval.measuredSeconds = 294 + jitter & 3
        interval.joules = joules
        report.intervals.append(interval)
        var reading = Reading(id: id + 1, equipment: panel, timestamp: end + offset, durationSeconds: 294 + jitter & 3)
        reading.acMillivolts = 240_000 + jitter
        reading.acMillihertz = 59_950 + jitter & 63
        reading.dcMillivolts = 27_000 + jitter
        reading.dcMilliamperes = joules / 9
        reading.celsius = 10 + jitter & 31
        reading.conversionErrorSeconds = 0
        reading.conversionErrorCycles = 0
        reading.joules = joules + 40
        reading.flags = Flags(rawValue: 0)
        report.readings.append(reading)
        id += 2
    }

    private mutating func addNight(before day: Int, panel index: Int, to report: inout Report) {
        let (dusk, dawn) = (Self.firstMidnight + day * 86_400 - 5 * 3_600 + index, Self.firstMidnight + day * 86_400 + 6 * 3_600 + index)
        // As real Envoys say it: of the microinverter, without its channel.
        let serial = String(panels[index].dropLast(2))
        for (timestamp, state) in [(dusk, 2), (dawn, 1)] {
            var event = Event(id: id, code: 10_009, timestamp: timestamp)
            (event.stateNumber, event.equipment) = (state, serial)
            if state == 1 { event.correlationID = id - 1 }
            report.events.append(event)
            id += 1
        }
    }

    private func empty() -> Report {
        var report = Report()
        report.envoy = Envoy(serialNumber: "121319000042")
        report.envoy?.timeZone = "US/Pacific"
        return report
    }
}

extension Report {
    /// The report as an Envoy writes it.
    public var xml: String {
        var text = "<perf_report report_timestamp=\"\(timestamp ?? 0)\" webcomm_version=\"4.6.0\"><envoy ip_addr=\"10.0.0.7\" "
        text += "mac_addr=\"00:00:5E:00:53:01\" part_num=\"800-00069-r05\" sw_version=\"R3.12.34\" timezone=\"US/Pacific\" "
        text += "serial_num=\"\(envoy?.serialNumber ?? "")\"/>\n"
        for row in intervals {
            text += "<interval interval_duration=\"\(row.durationSeconds)\" stat_duration=\"\(row.measuredSeconds ?? 0)\" "
            text += "end_date=\"\(row.endTimestamp)\" stats=\"\(row.joules ?? 0)\" id=\"\(row.id ?? 0)\" eqid=\"\(row.equipment)\"/>\n"
        }
        for row in readings {
            let stats = [
                row.acMillivolts, row.acMillihertz, row.dcMillivolts, row.dcMilliamperes, row.celsius,
                row.conversionErrorSeconds, row.conversionErrorCycles, row.joules,
            ].map { String($0 ?? 0) }.joined(separator: ",")
            text += "<reading duration=\"\(row.durationSeconds)\" stats=\"\(stats)\" date=\"\(row.timestamp)\" "
            text += "id=\"\(row.id ?? 0)\" flags=\"0\" eqid=\"\(row.equipment)\"/>\n"
        }
        return text + "</perf_report>\n"
    }
}
