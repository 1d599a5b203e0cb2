import Foundation
import Simulator

/// One request that reached a simulated cloud, as a line for people or for programs.
struct SimulatedRequestLine: Encodable {
    /// When it had come, UTC.
    let time: String
    /// First line of its head.
    let request: String
    /// Head and body together.
    let bytes: Int
    /// False when it was cut short.
    let complete: Bool

    init(_ received: ReceivedRequest, at date: Date) {
        time = date.formatted(.iso8601)
        request = received.requestLine
        bytes = received.bytes.count
        complete = received.isComplete
    }

    var text: String { "\(time)  \(bytes) bytes  \(request)" + (complete ? "" : "  (cut short)") }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
