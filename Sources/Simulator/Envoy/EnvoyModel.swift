/// An Envoy with its microinverters, as a value: time goes in, reports come out.
///
/// Rows wait in a backlog until a reply says that the cloud has taken them; each report carries the oldest first
/// (protocol notes §4). The same roof, seed and calls give the same reports.
public struct EnvoyModel: Sendable {
    /// The most intervals and the most readings that one report carries (protocol notes §4, likely).
    public static let rowCap = 500
    /// Seconds between two intervals of a channel.
    public static let intervalSeconds = 300

    public let identity: EnvoyIdentity
    public let roof: Roof
    /// Rows exist up to this instant, UTC epoch seconds; a multiple of 300.
    public private(set) var nowSeconds: Int
    public private(set) var intervals: [SimulatedInterval] = []
    public private(set) var readings: [SimulatedReading] = []
    public var events: [SimulatedEvent] { log.backlog }

    private var log: EventLog
    private var plans: [EventPlan] = []
    private var awake: [Bool]
    private var untoldDevices: Set<Int>
    /// The last reading before the Envoy lost its power, for panels that were not read since.
    private var silentSince: [Int: Int] = [:]
    private var nextIntervalID: Int
    private var nextReadingID: Int
    private let noise: Noise

    /// - Parameter startSeconds: UTC epoch seconds; rows begin at the next multiple of 300.
    public init(identity: EnvoyIdentity, roof: Roof, startSeconds: Int) {
        let start = Self.step(atOrBefore: startSeconds + Self.intervalSeconds - 1)
        let sky = roof.sky(atEpochSeconds: start)
        self.identity = identity
        self.roof = roof
        nowSeconds = start
        noise = roof.noise
        awake = roof.panels.indices.map { roof.isAwake(panel: $0, under: sky) }
        untoldDevices = Set(roof.panels.indices)
        nextIntervalID = 1_000_000 + noise.integer(below: 1_000_000, 21, 0)
        nextReadingID = 1_000_000 + noise.integer(below: 1_000_000, 22, 0)
        log = EventLog(
            firstID: 10_000 + noise.integer(below: 90_000, 23, 0), envoySerial: identity.serial,
            webcomm: identity.webcomm)
        if identity.webcomm == .v4_6_0 { log.appendStart(at: start) }
    }

    /// Intervals, readings and events that wait.
    public var backlogCount: Int { intervals.count + readings.count + log.backlog.count }

    /// Lives on until the last multiple of 300 seconds at or before `epochSeconds`; an earlier time changes nothing.
    public mutating func advance(to epochSeconds: Int) {
        while nowSeconds + Self.intervalSeconds <= epochSeconds {
            step(to: nowSeconds + Self.intervalSeconds)
        }
    }

    /// The report that the Envoy sends at an instant: the oldest rows that wait. It stays in the backlog.
    public func report(atSeconds epochSeconds: Int) -> EnvoyReport {
        EnvoyReport(
            timestampSeconds: epochSeconds, intervals: intervals.prefix(Self.rowCap),
            readings: readings.prefix(Self.rowCap), events: log.backlog.prefix(Self.rowCap),
            devices: untoldDevices.sorted().map { index in
                SimulatedDevice(
                    serial: roof.panels[index].serial, gridUnstable: log.isRaised(.gridInstability, panel: index))
            },
            identity: identity)
    }

    /// Takes out of the backlog what the reply says that the cloud has: nothing unless it is a 200 whose `perf_report_response` says
    /// `success`, then intervals and readings, and of the events those that it names (§5). That an event which is not named stays is a guess.
    ///
    /// - Returns: whether the cloud has all of the report.
    @discardableResult
    public mutating func settle(_ report: EnvoyReport, reply: EnvoyReply) -> Bool {
        guard reply.isSuccess else { return false }
        let named = reply.processedEvents
        take(report, events: named)
        return report.events.allSatisfy { named.contains($0.id) }
    }

    /// Takes all rows of a report out of the backlog, as after a reply that names each of its events.
    public mutating func take(_ report: EnvoyReport) { take(report, events: Set(report.events.map(\.id))) }

    private mutating func take(_ report: EnvoyReport, events: Set<Int>) {
        if let last = report.intervals.last { intervals.removeThrough(last.id) }
        if let last = report.readings.last { readings.removeThrough(last.id) }
        log.remove(events.intersection(report.events.map(\.id)))
        let told = Set(report.devices.map(\.serial))
        untoldDevices = untoldDevices.filter { !told.contains(roof.panels[$0].serial) }
    }

    private mutating func step(to end: Int) {
        let window = SkyWindow(roof: roof, from: end - 3 * Self.intervalSeconds, through: end)
        for index in roof.panels.indices {
            notice(panel: index, through: end, in: window)
            measure(panel: index, through: end, in: window)
        }
        nowSeconds = end
        tell(through: end)
    }

    /// Plans the events of a panel that woke or fell asleep since `nowSeconds`.
    private mutating func notice(panel index: Int, through end: Int, in window: SkyWindow) {
        for minute in stride(from: nowSeconds, to: end, by: 60) {
            let isAwake = roof.isAwake(panel: index, under: window.sky(at: minute))
            guard isAwake != awake[index] else { continue }
            awake[index] = isAwake
            untoldDevices.insert(index)
            let second = minute + noise.integer(below: 60, 24, index)
            plans +=
                isAwake
                ? EventPlan.dawn(panel: index, at: second, webcomm: identity.webcomm)
                : EventPlan.dusk(panel: index, at: second)
        }
    }

    private mutating func measure(panel index: Int, through end: Int, in window: SkyWindow) {
        let channel = roof.panels[index].channel
        let joules = window.energy(ofPanel: index, from: nowSeconds, to: end)
        if joules > 0 {
            appendInterval(
                panel: index, span: nowSeconds...end, joules: joules, lost: noise.integer(below: 8, 3000 + index, end))
        }

        let date = readingDate(panel: index, stepStart: nowSeconds)
        let watts = window.power(ofPanel: index, at: date)
        guard watts > 0 else { return }
        let before =
            silentSince.removeValue(forKey: index)
            ?? readingDate(panel: index, stepStart: nowSeconds - Self.intervalSeconds)
        let region = identity.region
        readings.append(
            SimulatedReading(
                id: nextReadingID, channel: channel, dateSeconds: date, durationSeconds: date - before,
                inverter: Inverter(
                    watts: watts, ambientCelsius: window.sky(at: date).ambientCelsius,
                    nominalMillivolts: region.nominalMillivolts, nominalMillihertz: region.nominalMillihertz,
                    grid: noise.smooth(26, at: Double(date) / 600), own: noise.unit(2000 + index, date)),
                joules: Int(window.energy(ofPanel: index, from: before, to: date).rounded())))
        nextReadingID += 1
    }

    /// - Parameter lost: seconds of the span without statistics.
    mutating func appendInterval(panel index: Int, span: ClosedRange<Int>, joules: Double, lost: Int = 0) {
        intervals.append(
            SimulatedInterval(
                id: nextIntervalID, channel: roof.panels[index].channel, endSeconds: span.upperBound,
                durationSeconds: span.count - 1, statDurationSeconds: span.count - 1 - lost,
                joules: Int(joules.rounded())))
        nextIntervalID += 1
    }

    /// The power is back: what went on meanwhile is not told as events, but that the Envoy starts is.
    mutating func resume(at second: Int) {
        let sky = roof.sky(atEpochSeconds: second)
        for index in roof.panels.indices {
            silentSince[index] = silentSince[index] ?? readingDate(panel: index, stepStart: nowSeconds - Self.intervalSeconds)
            awake[index] = roof.isAwake(panel: index, under: sky)
            if awake[index] { plans += EventPlan.restart(panel: index, at: second + 30 + 2 * index % 240) }
        }
        if identity.webcomm == .v4_6_0 { log.appendStart(at: second) }
        untoldDevices = Set(roof.panels.indices)
        nowSeconds = second
    }

    /// Inverters are asked one after another over the power line, some seconds apart.
    private func readingDate(panel index: Int, stepStart: Int) -> Int {
        stepStart + 40 + (index * 3) % 240 + noise.integer(below: 4, 5000 + index, stepStart)
    }

    private mutating func tell(through end: Int) {
        let due = plans.filter { $0.dateSeconds <= end }.sorted { $0.dateSeconds < $1.dateSeconds }
        plans.removeAll { $0.dateSeconds <= end }
        for plan in due {
            log.append(plan, panel: roof.panels[plan.panel])
            if plan.code == .gridInstability { untoldDevices.insert(plan.panel) }
        }
    }

    private static func step(atOrBefore epochSeconds: Int) -> Int {
        Int((Double(epochSeconds) / Double(intervalSeconds)).rounded(.down)) * intervalSeconds
    }
}

extension Array where Element: BacklogRow {
    /// Removes the rows up to and including an id; ids increase along a backlog.
    fileprivate mutating func removeThrough(_ lastID: Int) {
        removeSubrange(..<(firstIndex { $0.id > lastID } ?? endIndex))
    }
}
