import Archive

/// The power of an Envoy's panels now, as far as their newest readings tell.
///
/// A reading tells of now while its Envoy reports and it is among the newest that were reported. Otherwise the panel sleeps, with 0 W;
/// but where no panel at all has been read, and it is broad day, nobody knows: the Envoy is silent, or sends what it has kept first.
struct PowerNow: Equatable {
    /// W, by equipment; what is unknown is missing.
    private(set) var watts: [String: Double] = [:]
    /// How many panels were read now.
    private(set) var panelCount = 0
    /// Whether the power of all of these is known: readings of some firmware tell no energy (§3).
    private var isComplete = true

    /// The sum; nil where nothing is known, or not of every panel that was read now.
    var total: Double? { isComplete && !watts.isEmpty ? watts.values.reduce(0, +) : nil }

    /// How long before its Envoy's newest report a panel may have been read, s.
    static let readingSeconds = 1_800

    /// - Parameters:
    ///   - devices: of this Envoy.
    ///   - now: seconds since 1970 UTC.
    ///   - silentSeconds: how long an Envoy may be silent by day; at night half an hour at most.
    init(_ envoy: EnvoyStatus, _ devices: [DeviceNow], _ daylight: Daylight, now: Int, silentSeconds: Int) {
        var daylight = daylight
        let isDark = !daylight.hours.isEmpty && !daylight.isBright(at: now)
        // Each difference is one of a single clock: the Envoy's may be wrong.
        let silence = (envoy.lastReceivedTimestamp ?? envoy.lastReportTimestamp).map { now.seconds(since: $0) } ?? .max
        let isSilent = silence > (isDark ? min(silentSeconds, Self.readingSeconds) : silentSeconds)
        let read = devices.compactMap(\.latest)
        let current = read.filter { reading in
            let age = envoy.lastReportTimestamp.map { $0.seconds(since: reading.timestamp) } ?? 0
            return !isSilent && age <= Self.readingSeconds
        }
        panelCount = current.count
        isComplete = current.allSatisfy { $0.averageWatts != nil }
        let isUnknown = current.isEmpty && daylight.isBroadDay(at: now)
        if !isUnknown { for reading in read { watts[reading.equipment] = 0 } }
        for reading in current { watts[reading.equipment] = reading.averageWatts }
    }
}
