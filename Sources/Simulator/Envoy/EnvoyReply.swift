import Foundation

/// What a cloud answered to a report.
public struct EnvoyReply: Sendable, Equatable {
    /// HTTP status, 100 to 999.
    public let status: Int
    /// Status line and headers, exactly as they came, with the empty line that ends them.
    public let head: [UInt8]
    /// Exactly as it came.
    public let body: [UInt8]

    public init(status: Int, head: [UInt8] = [], body: [UInt8]) {
        self.status = status
        self.head = head
        self.body = body
    }

    /// Head and body, exactly as they came.
    public var bytes: [UInt8] { head + body }

    /// A 200 whose body, inflated, is a `perf_report_response` with status `success` (protocol notes §5).
    public var isSuccess: Bool {
        guard status == 200, let text = xml, let start = text.range(of: "<perf_report_response"),
            let end = text[start.upperBound...].firstIndex(of: ">")
        else { return false }
        let attributes = text[start.upperBound..<end]
        return attributes.contains("status=\"success\"") || attributes.contains("status='success'")
    }
    /// The ids of the events that it says were processed (§5).
    public var processedEvents: Set<Int> { Set(CloudReply.eventIDs(in: xml ?? "").compactMap { Int($0) }) }

    /// nil for a body that can't be inflated; why does not matter to an Envoy.
    private var xml: String? { (try? Deflate.inflate(body)).map { String(decoding: $0, as: UTF8.self) } }
}
