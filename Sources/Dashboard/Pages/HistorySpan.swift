import Archive

/// A stretch of the calendar that the history shows, and its neighbours.
struct HistorySpan: Equatable {
    enum View: String, CaseIterable, Sendable {
        case day, week, month, year, all
    }

    let view: View
    let days: ClosedRange<CivilDate>

    /// - Parameters:
    ///   - day: a day in it.
    ///   - known: the first and last day of which there may be something.
    init(_ view: View, at day: CivilDate, known: ClosedRange<CivilDate>) {
        self.view = view
        switch view {
        case .day: days = day...day
        case .week:
            // 1970-01-01 was a Thursday; weeks begin on Mondays.
            let monday = day.advanced(by: -(((day.daysSince1970 + 3) % 7) + 7) % 7)
            days = monday...monday.advanced(by: 6)
        case .month: days = day.firstOfMonth...day.firstOfMonth.advanced(by: 31).firstOfMonth.advanced(by: -1)
        case .year: days = day.firstOfYear...CivilDate(year: day.components.year, month: 12, day: 31)
        case .all: days = known.lowerBound.firstOfYear...known.upperBound
        }
    }

    /// The span before it, of the same kind; none before all there is.
    var before: HistorySpan? {
        guard view != .all else { return nil }
        let day = days.lowerBound.advanced(by: -1)
        return HistorySpan(view, at: day, known: day...day)
    }

    var after: HistorySpan? {
        guard view != .all else { return nil }
        let day = days.upperBound.advanced(by: 1)
        return HistorySpan(view, at: day, known: day...day)
    }

    /// In what periods its energy is told.
    var step: EnergyStep {
        switch view {
        case .day, .week: .hour
        case .month: .day
        case .year: .month
        case .all: days.upperBound.daysSince1970 - days.lowerBound.daysSince1970 > 6 * 366 ? .year : .month
        }
    }

    var title: String {
        let (year, month, _) = days.lowerBound.components
        return switch view {
        case .day: Shown.day(days.lowerBound)
        case .week: "\(Shown.shortDay(days.lowerBound)) – \(Shown.shortDay(days.upperBound)) \(days.upperBound.components.year)"
        case .month: "\(Shown.month(month)) \(year)"
        case .year: "\(year)"
        case .all: "Since \(year)"
        }
    }

    var name: String { view == .all ? "all" : view.rawValue }

    /// A period's name in this span.
    func label(_ period: EnergyPeriod, _ clock: inout LocalClock) -> String {
        switch step {
        case .hour:
            view == .day
                ? Shown.time(period.startTimestamp, &clock) : "\(Shown.shortDay(period.day)) \(Shown.time(period.startTimestamp, &clock))"
        case .day: Shown.shortDay(period.day)
        case .month:
            view == .year
                ? Shown.month(period.day.components.month)
                : "\(Shown.month(period.day.components.month).prefix(3)) \(period.day.components.year)"
        case .year: "\(period.day.components.year)"
        }
    }
}
