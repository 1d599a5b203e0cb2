import Foundation
import Simulator

/// Energy by periods, counted from the rows themselves with Foundation's calendar, second by second where a row crosses
/// an hour; nothing here is the archive's.
enum IndependentSums {
    /// Joules by the beginnings of periods, as `dateFormat` prints them.
    static func joules(_ rows: [SimulatedInterval], zone: String, by dateFormat: String) throws -> [String: Double] {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: zone)
        formatter.dateFormat = dateFormat
        var sums: [String: Double] = [:]
        for row in rows {
            // Whole minutes: the simulator's rows begin and end on them, and so do the hours of all zones used here.
            let minutes = row.durationSeconds / 60
            for minute in 0..<minutes {
                let start = row.endSeconds - row.durationSeconds + minute * 60
                sums[formatter.string(from: Date(timeIntervalSince1970: Double(start))), default: 0] += Double(row.joules) / Double(minutes)
            }
        }
        return sums
    }
}
