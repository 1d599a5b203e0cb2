import Archive

/// What a panel's share of its peers' energy looks like over time. A guess from energy alone, and worded so: only who looks at the roof knows.
enum PanelReview: Equatable, Sendable {
    /// Nothing out of the usual.
    case alike
    /// Next to nothing for days while its peers gave.
    case nothing(days: Int)
    /// Weak at the same hours day after day, and like its peers at others.
    case shaded(hours: [Int], days: Int, of: Int)
    /// Its share falls week after week.
    case falling(from: Double, to: Double, days: Int)
    /// Below its peers whatever the hour.
    case weak(share: Double)

    /// A panel's energy beside the median panel's, over a day or an hour.
    struct Sample: Equatable, Sendable {
        var day: CivilDate
        var hour: Int?
        var joules: Int
        var median: Double
        var share: Double { Double(joules) / median }
    }

    private static let weakShare = 0.7
    private static let goodShare = 0.85
    /// Below this part of the best, light is too thin to tell panels apart.
    private static let light = 0.25

    /// - Parameters:
    ///   - days: a panel's days, oldest first, those of which the median is above zero.
    ///   - hours: its hours of the last of these days.
    /// - Returns: nil where too little is known.
    init?(days: [Sample], hours: [Sample]) {
        let best = days.map(\.median).max() ?? 0
        let bright = days.filter { $0.median > best * Self.light }
        guard bright.count >= 3 else { return nil }
        let dark = bright.reversed().prefix { $0.share < 0.05 }.count
        if dark >= 2 {
            self = .nothing(days: dark)
        } else if let shadow = Self.shadow(hours) {
            self = shadow
        } else if let fall = Self.fall(bright) {
            self = fall
        } else {
            let week = bright.suffix(7)
            let share = Double(week.reduce(0) { $0 + $1.joules }) / week.reduce(0) { $0 + $1.median }
            self = share < Self.weakShare ? .weak(share: share) : .alike
        }
    }

    private static func shadow(_ hours: [Sample]) -> PanelReview? {
        let best = Dictionary(grouping: hours, by: \.day).mapValues { $0.map(\.median).max() ?? 0 }
        let bright = hours.filter { $0.median > 0 && $0.median >= (best[$0.day] ?? 0) * light }
        let byHour = Dictionary(grouping: bright, by: { $0.hour ?? 0 }).filter { $0.value.count >= 4 }
        let weak = byHour.filter { $0.value.count { $0.share < weakShare } * 10 >= $0.value.count * 6 }
        let others = byHour.filter { weak[$0.key] == nil }.values.flatMap(\.self).map(\.share)
        guard !weak.isEmpty, weak.count * 2 <= byHour.count, let usual = median(others), usual >= goodShare else { return nil }
        let seen = weak.values.flatMap(\.self)
        let days = Set(seen.filter { $0.share < weakShare }.map(\.day)).count
        return .shaded(hours: weak.keys.sorted(), days: days, of: Set(seen.map(\.day)).count)
    }

    private static func fall(_ days: [Sample]) -> PanelReview? {
        guard days.count >= 24, let first = days.first, let last = days.last else { return nil }
        let third = days.count / 3
        let parts = [days.prefix(third), days.dropFirst(third).dropLast(third), days.suffix(third)].map { median($0.map(\.share)) ?? 0 }
        // What falls at once stands still before or after; that is no slow fall.
        guard parts[0] - parts[1] >= 0.025, parts[1] - parts[2] >= 0.025, parts[2] < 0.95 else { return nil }
        return .falling(from: parts[0], to: parts[2], days: last.day.daysSince1970 - first.day.daysSince1970 + 1)
    }
}

extension PanelReview {
    var kind: String {
        switch self {
        case .alike: "alike"
        case .nothing: "nothing"
        case .shaded: "shaded"
        case .falling: "falling"
        case .weak: "weak"
        }
    }

    /// For a tile; empty for what needs no word.
    var word: String {
        switch self {
        case .alike: ""
        case .nothing: "failing?"
        case .shaded: "shadow?"
        case .falling: "soiled?"
        case .weak: "weak"
        }
    }

    /// A sentence.
    var text: String {
        switch self {
        case .alike: "It gives what its peers give."
        case .nothing(let days):
            "It has given next to nothing for \(days) days while its peers did: likely its microinverter or a connector has failed."
        case .shaded(let hours, let days, let all):
            "It is weak \(Self.spoken(hours)) on \(days) of \(all) days, and like its peers at other hours: likely a shadow."
        case .falling(let from, let to, let days):
            "Its share fell bit by bit from \(Shown.percent(from)) to \(Shown.percent(to)) in \(days) days: "
                + "likely dirt, perhaps ageing or a shadow that grows."
        case .weak(let share):
            "It gives \(Shown.percent(share)) of the median panel’s energy, whatever the hour: "
                + "perhaps a fault, dirt, another direction, or another kind of panel."
        }
    }

    /// Hours of the day as stretches: `from 9:00 to 11:00 and from 15:00 to 16:00`.
    private static func spoken(_ hours: [Int]) -> String {
        var stretches: [(from: Int, to: Int)] = []
        for hour in hours {
            if stretches.last?.to == hour { stretches[stretches.count - 1].to = hour + 1 } else { stretches.append((hour, hour + 1)) }
        }
        return stretches.map { "from \($0.from):00 to \($0.to):00" }.joined(separator: " and ")
    }
}
