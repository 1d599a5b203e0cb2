import Reports

/// What some Envoys measured, and the reports that could tell of it: in order or shuffled, whole or in pieces, once or
/// more often. The same for the same seed.
public struct World {
    private var random: Seeded
    private let envoys = ["121319000042", "121319000043"]
    private let panels: [String]
    /// Reports in the order of time, each fact once.
    public private(set) var reports: [Report] = []

    public init(seed: UInt64, reportCount: Int, panelCount: Int = 6, rowsPerReport: Int = 40) {
        random = Seeded(state: seed)
        panels = (0..<panelCount).map { "12133388\(1_000 + $0).1" }
        for index in 0..<reportCount { reports.append(makeReport(index, rowCount: rowsPerReport)) }
    }

    private mutating func makeReport(_ index: Int, rowCount: Int) -> Report {
        // A report each half hour: some weeks, across a change of clocks on 2015-11-01.
        let time = 1_446_100_000 + index * 1_800
        let which = index % envoys.count
        var report = Report()
        report.timestamp = time
        report.webcommVersion = "4.6.0"
        report.envoy = Envoy(serialNumber: envoys[which])
        report.envoy?.timeZone = index % 7 == 0 ? nil : index < 40 + which ? "US/Pacific" : "US/Eastern"
        report.envoy?.softwareVersion = "R3.\(index)"
        report.envoy?.latitudeDegrees = below(2) == 0 ? nil : 33.5
        for row in 0..<rowCount / 2 {
            let end = time - row / panels.count * 300
            let panel = panels[row % panels.count]
            let length = below(20) == 0 ? 1_800 + below(60_000) : 300
            var interval = Interval(id: below(1 << 30), equipment: panel, endTimestamp: end, durationSeconds: length)
            interval.measuredSeconds = length - below(8)
            interval.joules = below(40) == 0 ? nil : below(70_000)
            report.intervals.append(interval)
            var reading = Reading(id: below(1 << 30), equipment: panel, timestamp: end - below(60), durationSeconds: 290 + below(10))
            reading.acMillivolts = 240_000 + below(3_000)
            reading.dcMillivolts = 28_000 + below(3_000)
            reading.celsius = below(60) - 10
            reading.joules = below(70_000)
            if below(10) == 0 { reading.otherStats = [below(9), nil] }
            report.readings.append(reading)
        }
        var raise = Event(id: index * 10, code: 512, timestamp: time - 50)
        raise.stateNumber = 2
        raise.equipment = panels[below(panels.count)]
        var clear = Event(id: index * 10 + 1, code: 512, timestamp: time - below(50))
        clear.stateNumber = 1
        clear.equipment = raise.equipment
        clear.correlationID = raise.id
        var setting = Event(id: index * 10 + 2, code: 10_031, timestamp: time)
        setting.messageKey = "\(below(3))"
        setting.messageParameters = "{\"value\":\"\(below(2) == 0)\"}"
        report.events = [raise, clear, setting]
        var device = Device(equipment: String(panels[below(panels.count)].dropLast(2)))
        (device.type, device.adminState, device.imageBits) = (1, below(4), Flags(rawValue: UInt64(below(1 << 20))))
        device.channels = [Channel(equipment: device.equipment + ".1")]
        device.channels[0].condition.flags = Flags(rawValue: 16)
        report.devices = [device]
        return report
    }

    /// The same facts told otherwise: in another order, some twice, and rows of an Envoy moved into other of its reports.
    ///
    /// What describes the Envoy and its equipment stays in the report of its time.
    public func retold(seed: UInt64) -> [Report] {
        var random = Seeded(state: seed)
        var retold = reports.map { report in
            var empty = report
            (empty.intervals, empty.readings, empty.events) = ([], [], [])
            return empty
        }
        for (index, report) in reports.enumerated() {
            let others = reports.indices.filter { $0 % envoys.count == index % envoys.count }
            func anywhere() -> [Int] {
                let copies = Int.random(in: 0..<4, using: &random) == 0 ? 2 : 1
                return (0..<copies).map { _ in others.randomElement(using: &random) ?? index }
            }
            for row in report.intervals { for place in anywhere() { retold[place].intervals.append(row) } }
            for row in report.readings { for place in anywhere() { retold[place].readings.append(row) } }
            for row in report.events { for place in anywhere() { retold[place].events.append(row) } }
        }
        for index in retold.indices {
            retold[index].intervals.shuffle(using: &random)
            for row in retold[index].intervals.indices { retold[index].intervals[row].id = row }
            retold[index].readings.shuffle(using: &random)
            retold[index].events.shuffle(using: &random)
        }
        let again = retold.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
        return (retold + again).shuffled(using: &random)
    }

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
}

/// A random generator that gives the same numbers for the same seed.
public struct Seeded: RandomNumberGenerator {
    var state: UInt64

    public init(state: UInt64) { self.state = state }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
