import Archive
import Reports

/// One status of PVOutput: how an Envoy's panels did up to an instant of its local day.
///
/// Source: <https://pvoutput.org/help/api_specification.html>, add status service (`d`, `t`, `v1` energy of the day so far, Wh, `v2` power, W,
/// `v6` voltage, V) and add batch status service (the same, by commas).
struct PVOutputStatus: Equatable, Sendable {
    /// Seconds since 1970 UTC; the status covers the interval before it.
    var timestamp: Int
    var day: CivilDate
    /// Minutes since midnight, local; 0 to 1439.
    var minute: Int
    /// Energy of the day so far, Wh.
    var wattHours: Int
    /// Average power in the interval, W.
    var watts: Int
    /// The mean of the grid voltage in the interval, V; nil without readings.
    var volts: Double?

    /// `20120222`.
    var date: String { day.description.filter { $0 != "-" } }

    /// `09:05`.
    var time: String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minute / 60)):\(two(minute % 60))"
    }

    var voltsText: String { volts.map { "\(($0 * 10).rounded() / 10)" } ?? "" }

    /// As a batch has it: date, time, energy and power generated, energy and power consumed, temperature, voltage.
    var batchText: String {
        let text = "\(date),\(time),\(wattHours),\(watts)"
        return volts == nil ? text : text + ",,,," + voltsText
    }

    /// As a query has it.
    var items: [(String, String)] {
        let items = [("d", date), ("t", time), ("v1", "\(wattHours)"), ("v2", "\(watts)")]
        return volts == nil ? items : items + [("v6", voltsText)]
    }
}

/// An Envoy's day as PVOutput wants it, added up from intervals and readings.
struct PVOutputDay {
    private let start: Int
    private let length: Int
    private let interval: Int
    private let day: CivilDate
    private var clock: LocalClock
    private var joules: [Int]
    private var covered: [Bool]
    private var millivolts: [(sum: Int, count: Int)]
    private var newestEnd = Int.min

    /// - Parameters:
    ///   - interval: the system's status interval, s.
    init(_ day: CivilDate, clock: LocalClock, interval: Int) {
        var clock = clock
        self.day = day
        self.interval = interval
        start = clock.start(of: day)
        length = max(interval, clock.start(of: day.advanced(by: 1)) - start)
        self.clock = clock
        let count = (length + interval - 1) / interval
        joules = Array(repeating: 0, count: count)
        covered = Array(repeating: false, count: count)
        millivolts = Array(repeating: (0, 0), count: count)
    }

    /// When the day ends, seconds since 1970 UTC.
    var range: Range<Int> { start..<start + length }

    /// Adds the part of an interval's energy that lies in the day, spread evenly, as the Envoy itself spread what it sums up (§3).
    mutating func add(_ row: Interval) {
        let day = 86_400
        // Longer or larger than can be: not from a panel.
        guard let energy = row.joules, (1...31 * day).contains(row.durationSeconds), (0...10_000_000_000).contains(energy),
            LocalClock.instants.contains(row.endTimestamp)
        else { return }
        let begin = row.endTimestamp - row.durationSeconds
        var instant = max(begin, start)
        let end = min(row.endTimestamp, range.upperBound)
        guard instant < end else { return }
        newestEnd = max(newestEnd, end)
        func share(upTo instant: Int) -> Int { energy * (instant - begin) / row.durationSeconds }
        while instant < end {
            let slot = (instant - start) / interval
            let next = min(end, start + (slot + 1) * interval)
            joules[slot] += share(upTo: next) - share(upTo: instant)
            covered[slot] = true
            instant = next
        }
    }

    mutating func add(_ row: Reading) {
        guard let voltage = row.acMillivolts, (1...1_000_000).contains(voltage), range.contains(row.timestamp - 1) else { return }
        let slot = (row.timestamp - 1 - start) / interval
        millivolts[slot].sum += voltage
        millivolts[slot].count += 1
    }

    /// The statuses of intervals that are over at `now` and that energy is known of.
    ///
    /// - Parameter now: seconds since 1970 UTC.
    /// - Returns: besides, when the next one will be over, where one is under way.
    mutating func statuses(now: Int) -> (known: [PVOutputStatus], next: Int?) {
        var statuses: [PVOutputStatus] = []
        var energy = 0
        for slot in joules.indices where covered[slot] {
            energy += joules[slot]
            let end = start + (slot + 1) * interval
            // A status at midnight would be one of the next day.
            guard end < range.upperBound else { break }
            guard end <= now else { return (statuses, end) }
            let seconds = end + clock.offset(at: end) - day.daysSince1970 * 86_400
            let volts = millivolts[slot]
            statuses.append(
                PVOutputStatus(
                    timestamp: end, day: day, minute: min(max(seconds / 60, 0), 1_439), wattHours: Int((Double(energy) / 3_600).rounded()),
                    watts: Int((Double(joules[slot]) / Double(interval)).rounded()),
                    volts: volts.count > 0 ? Double(volts.sum) / Double(volts.count) / 1_000 : nil))
        }
        return (statuses, nil)
    }
}
