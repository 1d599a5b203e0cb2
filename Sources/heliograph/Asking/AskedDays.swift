import Archive

/// Days that a question is about, as people name them: `2026-11-23`, `2026-11`, `2026`, `today`, `yesterday`.
enum AskedDays {
    /// The earliest and the latest day that can be asked for.
    static let all = CivilDate(daysSince1970: 0)...CivilDate(year: 9_999, month: 12, day: 31)

    /// - Parameters:
    ///   - from: the first day, or the first of a month or year.
    ///   - to: the last day, or the last of a month or year.
    ///   - usual: what is meant where neither is given; its end also where only the begin is.
    ///   - options: how a verb calls the two.
    static func range(
        from: String?, to: String?, today: CivilDate, usual: ClosedRange<CivilDate>,
        options: (from: String, to: String) = ("--from", "--to")
    ) throws -> ClosedRange<CivilDate> {
        if from == nil, to == nil { return usual }
        let first = try from.map { try days($0, today, option: options.from).lowerBound } ?? all.lowerBound
        let last = try to.map { try days($0, today, option: options.to).upperBound } ?? max(first, today)
        guard first <= last else {
            throw Failure(
                "\(options.to) \(to ?? "today") lies before \(options.from) \(from ?? "")",
                hint: "give the earlier day to \(options.from); both are days that count")
        }
        return first...last
    }

    private static func days(_ text: String, _ today: CivilDate, option: String) throws -> ClosedRange<CivilDate> {
        switch text {
        case "today": return today...today
        case "yesterday": return today.advanced(by: -1)...today.advanced(by: -1)
        default: break
        }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in part.allSatisfy { $0.isASCII && $0.isNumber } ? Int(part) : nil }
        guard numbers.count == parts.count, (1...3).contains(parts.count), parts[0].count == 4,
            parts.dropFirst().allSatisfy({ $0.count == 2 })
        else {
            throw Failure(
                "\(option) \(text.visible) is not a day",
                hint: "write a day as 2026-11-23, a month as 2026-11, a year as 2026, or today or yesterday")
        }
        let year = numbers[0]
        guard (1970...9_999).contains(year) else {
            throw Failure("\(option) \(text): no such year here", hint: "write a year from 1970 on")
        }
        guard parts.count > 1 else { return CivilDate(year: year, month: 1, day: 1)...CivilDate(year: year, month: 12, day: 31) }
        let month = numbers[1]
        guard (1...12).contains(month) else {
            throw Failure("\(option) \(text): there is no month \(month)", hint: "write a month from 01 to 12")
        }
        let last = (28...31).map { CivilDate(year: year, month: month, day: $0) }.last { $0.components.month == month }
        let end = last ?? CivilDate(year: year, month: month, day: 28)
        guard parts.count > 2 else { return CivilDate(year: year, month: month, day: 1)...end }
        guard (1...end.components.day).contains(numbers[2]) else {
            throw Failure("\(option) \(text): there is no such day", hint: "that month ends with \(end)")
        }
        let day = CivilDate(year: year, month: month, day: numbers[2])
        return day...day
    }
}
