/// The skies of some consecutive minutes, worked out once for all panels.
struct SkyWindow: Sendable {
    let roof: Roof
    private let firstMinute: Int
    private let skies: [Sky]

    /// Covers the seconds from `start` to `end`, both included.
    init(roof: Roof, from start: Int, through end: Int) {
        let first = Roof.minute(start)
        self.roof = roof
        firstMinute = first
        skies = (first...max(first, Roof.minute(end))).map { roof.sky(atEpochSeconds: $0 * 60) }
    }

    /// The sky at an instant; outside the window it is worked out anew.
    func sky(at epochSeconds: Int) -> Sky {
        let offset = Roof.minute(epochSeconds) - firstMinute
        return skies.indices.contains(offset) ? skies[offset] : roof.sky(atEpochSeconds: epochSeconds)
    }

    func power(ofPanel index: Int, at epochSeconds: Int) -> Double {
        roof.power(ofPanel: index, atEpochSeconds: epochSeconds, under: sky(at: epochSeconds))
    }

    /// AC energy of a panel from `start` to `end`, joules: power times time, minute by minute.
    func energy(ofPanel index: Int, from start: Int, to end: Int) -> Double {
        var joules = 0.0
        var cursor = start
        while cursor < end {
            let next = min(end, (Roof.minute(cursor) + 1) * 60)
            joules += power(ofPanel: index, at: cursor) * Double(next - cursor)
            cursor = next
        }
        return joules
    }
}

extension Roof {
    /// AC energy of a panel from `start` to `end` (UTC epoch seconds), joules: power times time, minute by minute.
    public func energy(ofPanel index: Int, from start: Int, to end: Int) -> Double {
        SkyWindow(roof: self, from: start, through: start).energy(ofPanel: index, from: start, to: end)
    }
}
