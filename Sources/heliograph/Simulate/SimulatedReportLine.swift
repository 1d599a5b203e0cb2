import Foundation
import Simulator

/// One report of a simulated Envoy, as a line for people or for programs.
struct SimulatedReportLine: Encodable {
    /// With the offset of the Envoy's zone.
    let time: String
    let rows: Int
    /// Size of the request body.
    let bytes: Int
    /// HTTP status; left out when the cloud said success (200), or when no reply came.
    let status: Int?
    let taken: Bool
    let error: String?
    /// AC power of the roof, W.
    let watts: Int
    /// Rows that wait after this report.
    let backlog: Int
    let milliseconds: Int

    init(_ delivery: EnvoyDelivery, timezone: String) {
        let zone = TimeZone(identifier: timezone) ?? .gmt
        let date = Date(timeIntervalSince1970: Double(delivery.timestampSeconds))
        time = date.formatted(Date.ISO8601FormatStyle(timeZoneSeparator: .colon, timeZone: zone))
        rows = delivery.rowCount
        bytes = delivery.bodyBytes
        watts = Int(delivery.watts.rounded())
        backlog = delivery.backlogCount
        milliseconds = Int(delivery.elapsed / .milliseconds(1))
        switch delivery.outcome {
        case .taken: (status, taken, error) = (200, true, nil)
        case .kept(let code): (status, taken, error) = (code, false, nil)
        case .failed(let cause): (status, taken, error) = (nil, false, cause.description)
        }
    }

    /// `2015-06-21T12:00:00+02:00    24 rows    3.1 kB   2345 W   200 taken`
    var text: String {
        let result = error ?? (taken ? "200 taken" : "\(status.map(String.init) ?? "-") not taken")
        let kilobytes = String(format: "%.1f", Double(bytes) / 1000)
        return "\(time)  \(pad(rows, 4)) rows  \(pad(kilobytes, 5)) kB  \(pad(watts, 5)) W  \(result)"
            + (backlog > 0 ? ", \(backlog) rows wait" : "")
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    private func pad(_ value: some CustomStringConvertible, _ width: Int) -> String {
        let text = value.description
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
