import Reports

/// A roof of four panels whose Envoy reports every five minutes of a few days: the same facts at each run.
struct Roof {
    var envoy = "121319000042"
    var zone = "Europe/Berlin"
    var panels = (1...4).map { "12133388500\($0).1" }

    /// - Parameter seconds: of which day and hour, since 1970 UTC; reports end there.
    func reports(_ count: Int, from seconds: Int = 1_446_100_000 - 1_446_100_000 % 86_400 + 6 * 3_600) -> [Report] {
        (0..<count).map { index in
            // 100 reports a day, from six to a quarter past two.
            let end = seconds + index / 100 * 86_400 + index % 100 * 300
            var report = Report()
            report.timestamp = end + 20
            report.envoy = Envoy(serialNumber: envoy)
            report.envoy?.timeZone = zone
            for (number, panel) in panels.enumerated() {
                var interval = Interval(id: index * 10 + number, equipment: panel, endTimestamp: end, durationSeconds: 300)
                interval.joules = 30_000 + (index * 7 + number * 13) % 1_000
                report.intervals.append(interval)
                var reading = Reading(id: index * 10 + number, equipment: panel, timestamp: end - 3, durationSeconds: 297)
                (reading.joules, reading.acMillivolts) = (29_700 + (index * 11 + number) % 500, 230_000 + index % 100)
                (reading.acMillihertz, reading.dcMillivolts, reading.dcMilliamperes, reading.celsius) = (50_010, 30_100, 3_300, 41)
                report.readings.append(reading)
            }
            if index % 50 == 0 {
                var event = Event(id: 1_000_000 + index, code: 10_031, timestamp: end)
                (event.stateNumber, event.messageKey, event.equipment) = (0, "7", envoy)
                report.events.append(event)
            }
            return report
        }
    }
}
