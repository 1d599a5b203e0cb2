import Archive

/// Times shortened where the rest is plain from what stands around.
extension EnvoyClock {
    /// `2026-06-21T12:00+02:00`.
    func minute(_ epochSeconds: Int) -> String {
        let time = time(epochSeconds)
        guard time.count > 19 else { return time }
        return String(time.prefix(16) + time.dropFirst(19))
    }

    /// `12:00` for the hours of one day; with their offsets on the day when clocks go back and an hour comes twice.
    func hours(_ starts: [Int]) -> [String] {
        let whole = starts.map(minute)
        let short = whole.map { String($0.dropFirst(11).prefix(5)) }
        return Set(short).count == short.count ? short : whole.map { String($0.dropFirst(11)) }
    }

    /// The time alone if it is of the day that it is now, and the day alone if it is of another.
    func short(_ epochSeconds: Int, on today: CivilDate) -> String {
        let time = time(epochSeconds)
        guard time.count > 19 else { return time }
        return String(time.prefix(10)) == today.description ? String(time.dropFirst(11).prefix(8)) : String(time.prefix(10))
    }
}
