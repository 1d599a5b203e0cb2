import Archive

/// What is thought of each panel of an Envoy, thought over once an hour: it takes the intervals of many days.
actor PanelReviews {
    private var known: [String: (hour: Int, reviews: [String: PanelReview])] = [:]
    /// The hour up to which those of all Envoys are kept up for pages that are open.
    private var keptHour: Int?
    /// How often anything was thought over.
    private(set) var version = 0

    private static let days = 60
    private static let hourDays = 10

    /// What is known without thinking: perhaps nothing, or what was so an hour ago.
    func known(of envoy: EnvoyStatus) -> [String: PanelReview] { known[envoy.serialNumber]?.reviews ?? [:] }

    func isKept(at now: Int) -> Bool { keptHour == now / 3_600 }

    func noteKept(at now: Int) { keptHour = now / 3_600 }

    /// By equipment; panels of which too little is known are left out.
    func reviews(of envoy: EnvoyStatus, _ reader: ArchiveReader, now: Int) async throws -> [String: PanelReview] {
        let hour = now / 3_600
        if let known = known[envoy.serialNumber], known.hour == hour { return known.reviews }
        // Today is not over: at noon, a shadow of the morning is all there is of it.
        let last = envoy.day(of: now).advanced(by: -1)
        let days = try await reader.panelDays(of: envoy.serialNumber, days: last.advanced(by: 1 - Self.days)...last)
        let hours = try await reader.panelHours(of: envoy.serialNumber, days: last.advanced(by: 1 - Self.hourDays)...last)
        let reviews = Self.reviews(days: days, hours: hours)
        known[envoy.serialNumber] = (hour, reviews)
        version += 1
        return reviews
    }

    private static func reviews(days: [PanelSample], hours: [PanelSample]) -> [String: PanelReview] {
        let (days, hours) = (besideMedian(days), besideMedian(hours))
        return days.reduce(into: [:]) { result, panel in
            result[panel.key] = PanelReview(days: panel.value, hours: hours[panel.key] ?? [])
        }
    }

    /// Each panel's samples, oldest first, beside the median of those that gave any; also those in which it gave nothing.
    private static func besideMedian(_ samples: [PanelSample]) -> [String: [PanelReview.Sample]] {
        struct Period: Hashable {
            var day: CivilDate
            var hour: Int?
        }
        let first = Dictionary(samples.map { ($0.equipment, $0.day) }, uniquingKeysWith: min)
        var result: [String: [PanelReview.Sample]] = [:]
        let periods = Dictionary(grouping: samples) { Period(day: $0.day, hour: $0.hour) }
        for (period, found) in periods.sorted(by: { ($0.key.day, $0.key.hour ?? 0) < ($1.key.day, $1.key.hour ?? 0) }) {
            let given = Dictionary(found.map { ($0.equipment, $0.joules) }, uniquingKeysWith: +)
            guard let median = median(found.map { Double($0.joules) }.filter { $0 > 0 }) else { continue }
            for (panel, begin) in first where begin <= period.day {
                result[panel, default: []].append(
                    PanelReview.Sample(day: period.day, hour: period.hour, joules: given[panel] ?? 0, median: median))
            }
        }
        return result
    }
}
