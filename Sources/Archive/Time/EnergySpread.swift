/// Which local hours a period touches, and what part of its energy falls into each: spread evenly, as the Envoy itself
/// spread what it sums up after an outage (§3), and whole joules, so that the parts add up to the period's energy.
struct EnergySpread {
    struct Part: Equatable {
        var hourStart: Int
        var day: CivilDate
        /// Seconds from the period's start to this part's end.
        var endOffset: Int
    }

    let parts: [Part]
    let durationSeconds: Int

    /// Longer periods count in the hour in which they end: 31 days, three times the longest outage seen.
    static let longestSeconds = 31 * 86_400
    /// Energy that sums take in, J: 2.8 MWh from one panel in one period is nonsense, and sums must not overflow. Panels take none, and
    /// who counts energy takes a total that falls for a new meter.
    static let plausibleJoules = 0...10_000_000_000

    /// nil if the period's end has no place on the clock.
    init?(endTimestamp end: Int, durationSeconds: Int, _ clock: inout LocalClock) {
        guard LocalClock.instants.contains(end) else { return nil }
        let isSpread = (1...Self.longestSeconds).contains(durationSeconds)
        self.durationSeconds = isSpread ? durationSeconds : 1
        let start = end - self.durationSeconds
        var parts: [Part] = []
        var instant = start
        while instant < end {
            let hourStart = clock.hourStart(of: instant)
            let next = min(end, max(hourStart + 3_600, instant + 1))
            parts.append(Part(hourStart: hourStart, day: clock.day(of: instant), endOffset: next - start))
            instant = next
        }
        self.parts = parts
    }

    /// Calls `body` with each part and its share of `joules`, which must be plausible.
    func forEachShare(of joules: Int, _ body: (Part, Int) -> Void) {
        if parts.count == 1 { return body(parts[0], joules) }
        var counted = 0
        for part in parts {
            let upToHere = joules * part.endOffset / durationSeconds
            body(part, upToHere - counted)
            counted = upToHere
        }
    }
}
