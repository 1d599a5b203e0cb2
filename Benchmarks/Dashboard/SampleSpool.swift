import Archive
import Foundation

/// A spool as years leave it: a folder for each day, with an exchange each five minutes in those of the last thirty, and one in older ones.
enum SampleSpool {
    /// - Returns: the name of the newest exchange.
    static func fill(_ folder: URL, days: Int, ending last: CivilDate) throws -> String {
        let rows = (0..<60).map { "<reading eqid=\"1213338850\($0 + 10).1\" date=\"1419888000\" stats=\"2312,60001,2991,6702,40,0,0,0\"/>" }
        let xml = "<perf_report version=\"1\">\(rows.joined(separator: "\n"))</perf_report>"
        let files = [
            "request": "POST /emu_reports/performance_report HTTP/1.1\r\nContent-Length: \(xml.utf8.count)\r\n\r\n\(xml)",
            "response": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "xml": xml,
        ].mapValues { Data($0.utf8) }
        var newest = ""
        for index in 0..<days {
            let day = last.advanced(by: index + 1 - days)
            let place = folder.appending(path: "processed/\(day)")
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            for minute in stride(from: 0, to: index < days - 30 ? 1 : 1_440, by: 5) {
                newest = String(format: "%@T%02d:%02d:00-%06d", "\(day)", minute / 60, minute % 60, minute)
                for (kind, bytes) in files { try bytes.write(to: place.appending(path: "\(newest).\(kind)")) }
            }
        }
        return newest
    }
}
