/// What one measurement of one contender gave.
struct Measurement: Sendable {
    let load: LoadResult
    let processorSeconds: Double
    /// The load client's own.
    let clientSeconds: Double
    let residentMegabytes: Double
    let peakMegabytes: Double
    /// Complete exchanges on the disk; nil for what captures nothing.
    let captured: Int?

    var reportsPerSecond: Double { load.reportsPerSecond }
    var processorSecondsPerThousand: Double { processorSeconds / Double(max(1, load.answered)) * 1000 }
    var clientSecondsPerThousand: Double { clientSeconds / Double(max(1, load.answered)) * 1000 }
}

/// The measurements of one contender, by round.
struct Score: Sendable {
    /// Many connections at once.
    private(set) var busy: [Measurement] = []
    /// One report at a time.
    private(set) var alone: [Measurement] = []

    mutating func add(busy: Measurement, alone: Measurement) {
        self.busy.append(busy)
        self.alone.append(alone)
    }

    var failures: Int { (busy + alone).reduce(0) { $0 + $1.load.failures } }
}

func median(_ values: [Double]) -> Double {
    let sorted = values.filter { !$0.isNaN }.sorted()
    guard !sorted.isEmpty else { return .nan }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
