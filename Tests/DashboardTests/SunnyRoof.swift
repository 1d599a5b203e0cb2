import Archive
import Reports

/// A roof of four panels near Berlin that has told of three days; one panel stands in the shade.
enum SunnyRoof {
    static let envoy = "129900000001"
    static let panels = (0..<4).map { "12990100000\($0).1" }
    static let shaded = panels[3]
    /// 2026-06-21T14:00 in Berlin.
    static let now = 1_782_043_200
    static let today = "2026-06-21"
    private static let midnight = now - 14 * 3_600

    /// What was told up to an instant and after another, as one report.
    static func report(after: Int = 0, upTo end: Int = now, events: [Event] = []) -> Report {
        var report = empty(at: end)
        for day in -2...0 {
            for step in 0..<168 {
                let time = midnight + day * 86_400 + 6 * 3_600 + (step + 1) * 300
                if time <= after || time > end { continue }
                for (index, panel) in panels.enumerated() { add(panel, index, time, step, &report) }
            }
        }
        report.events = events
        return report
    }

    private static func add(_ panel: String, _ index: Int, _ time: Int, _ step: Int, _ report: inout Report) {
        let joules = joules(panel, step)
        var interval = Interval(id: time + index, equipment: panel, endTimestamp: time, durationSeconds: 300)
        interval.joules = joules
        report.intervals.append(interval)
        var reading = Reading(id: time + index, equipment: panel, timestamp: time - 5 * index, durationSeconds: 300)
        (reading.joules, reading.acMillivolts, reading.acMillihertz) = (joules, 230_000 + step * 10, 50_000)
        (reading.dcMillivolts, reading.dcMilliamperes, reading.celsius) = (30_000, joules / 9, 20 + step / 8)
        report.readings.append(reading)
    }

    /// Energy of a panel over a step of the day, J.
    static func joules(_ panel: String, _ step: Int) -> Int { 8 * step * (168 - step) / (panel == shaded ? 3 : 1) }

    static func empty(at time: Int) -> Report {
        var report = Report()
        report.timestamp = time
        report.envoy = Envoy(serialNumber: envoy)
        report.envoy?.timeZone = "Europe/Berlin"
        report.devices = panels.map { panel in
            var device = Device(equipment: String(panel.dropLast(2)))
            (device.type, device.partNumber, device.adminState) = (1, "800-00103-r05", 2)
            device.channels = [Channel(equipment: panel)]
            return device
        }
        return report
    }

    static var events: [Event] {
        var raise = Event(id: 1, code: 101, timestamp: now - 7_200)
        (raise.stateNumber, raise.equipment) = (2, panels[0])
        var clear = Event(id: 2, code: 101, timestamp: now - 3_600)
        (clear.stateNumber, clear.equipment, clear.correlationID) = (1, panels[0], 1)
        var open = Event(id: 3, code: 10_000, timestamp: now - 600)
        (open.stateNumber, open.equipment) = (2, panels[1])
        open.messageParameters = "{\"text\":\"<script>alert(1)</script>\"}"
        return [raise, clear, open]
    }
}
