import Foundation

/// The replies of a simulated cloud, as bytes.
enum CloudReply {
    /// What the cloud says to a report (protocol notes §5): success, and every event id that the report holds. For a
    /// body that can't be decoded it says `failure`, which is made up: what the real one says is unknown.
    static func success(to body: [UInt8], at date: Date, close: Bool) throws(SimulatorError) -> [UInt8] {
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        if let report = reportXML(in: body) {
            xml += "<perf_report_response status=\"success\">\n  <events_processed>\n"
            for id in eventIDs(in: report) { xml += "    <event id=\"\(id)\"/>\n" }
            xml += "  </events_processed>\n</perf_report_response>\n"
        } else {
            xml += "<perf_report_response status=\"failure\"/>\n"
        }
        return message(status: 200, body: try Deflate.compress(Array(xml.utf8)), at: date, close: close)
    }

    /// The head that the 2012 capture shows, with its length and date set right.
    static func message(status: Int, body: [UInt8], at date: Date, close: Bool) -> [UInt8] {
        let head = [
            "HTTP/1.1 \(status) \(reason(status))", "Date: \(httpDate(date))", "Server: Apache",
            "X-Powered-By: Phusion Passenger (mod_rails/mod_rack) 3.0.11", "X-Runtime: 297",
            "Cache-Control: private, max-age=0, must-revalidate", "Content-Length: \(body.count)", "Status: \(status)",
            "Connection: \(close ? "close" : "keep-alive")", "Content-Type: application/x-deflate; charset=utf-8", "", "",
        ]
        return Array(head.joined(separator: "\r\n").utf8) + body
    }

    /// The head of a body without end.
    static func endlessHead(at date: Date) -> [UInt8] {
        let head = [
            "HTTP/1.1 200 OK", "Date: \(httpDate(date))", "Server: Apache", "Connection: close",
            "Content-Type: application/x-deflate; charset=utf-8", "", "",
        ]
        return Array(head.joined(separator: "\r\n").utf8)
    }

    /// Values of `id` of all `<event …>` elements, in order. Good enough for what an Envoy writes; no XML parser.
    static func eventIDs(in xml: String) -> [Substring] {
        xml.split(separator: "<event").dropFirst().compactMap { piece in
            guard piece.first?.isWhitespace == true, let tag = piece.split(separator: ">").first else { return nil }
            for quote in ["\"", "'"] {
                if let start = tag.range(of: " id=" + quote), let end = tag[start.upperBound...].firstIndex(of: Character(quote)) {
                    return tag[start.upperBound..<end]
                }
            }
            return nil
        }
    }

    private static func reportXML(in body: [UInt8]) -> String? {
        guard let form = (try? Deflate.inflate(body)) ?? uncompressed(body) else { return nil }
        let xml = String(decoding: Form.value(of: "body", in: form) ?? form, as: UTF8.self)
        return xml.contains("<perf_report") ? xml : nil
    }

    /// A report may come uncompressed. Told by its first bytes: to read megabytes of anything as text would hold up
    /// the event loop, and with it every connection of the loop.
    private static func uncompressed(_ body: [UInt8]) -> [UInt8]? {
        ["<", "body=", "webcomm_version="].contains { body.starts(with: $0.utf8) } ? body : nil
    }

    private static func httpDate(_ date: Date) -> String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var clock = time_t(date.timeIntervalSince1970)
        var parts = tm()
        gmtime_r(&clock, &parts)
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let day = days[(clock / 86400 % 7 + 7) % 7]
        let month = months[max(0, min(11, Int(parts.tm_mon)))]
        return "\(day), \(two(parts.tm_mday)) \(month) \(parts.tm_year + 1900) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 204: "No Content"
        case 302: "Found"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 500: "Internal Server Error"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        default: "Status"
        }
    }
}
