import Foundation

/// A report of a roof with four panels that lives in the present: outputs tell of now, and a made-up sun may be down.
enum PresentReport {
    static let envoy = "121319000042"
    static let panels = (1...4).map { "12133388500\($0)" }
    static let joulesOfInterval = 30_000

    /// The request: five minutes of every panel, as plain XML (protocol notes §2).
    ///
    /// - Parameters:
    ///   - end: of the five minutes, seconds since 1970 UTC.
    ///   - events: `<event/>` elements.
    static func request(endingAt end: Int, events: String = "") -> [UInt8] {
        var xml = "<?xml version='1.0' encoding='UTF-8'?><perf_report report_timestamp='\(end + 10)' webcomm_version='4.6.0'>"
        xml += "<envoy serial_num='\(envoy)' ip_addr='192.168.1.100' mac_addr='00:1D:C0:00:00:01' timezone='Europe/Berlin'"
        xml += " part_num='800-00024-r05' sw_version='R3.12.34 (2e8bfe)'/>"
        for (number, panel) in panels.enumerated() {
            let id = (end / 300 % 100_000) * 10 + number
            xml += "<device eqid='\(panel)' device_type='1' part_num='800-00107-r04' admin_state='2'><channel eqid='\(panel).1'/></device>"
            xml += "<interval id='\(id)' eqid='\(panel).1' end_date='\(end)' interval_duration='300' stat_duration='300'"
            xml += " stats='\(joulesOfInterval)'/>"
            xml += "<reading id='\(id)' eqid='\(panel).1' date='\(end - 3)' duration='300' flags='0'"
            xml += " stats='230000,50010,30100,3300,41,0,0,30000'/>"
        }
        xml += events + "</perf_report>"
        let head = [
            "POST /emu_reports/performance_report?webcomm_version=4.6.0 HTTP/1.1", "Connection: close", "Content-Type: application/xml",
            "Content-Length: \(xml.utf8.count)", "Host: reports.enphaseenergy.com:443", "", "",
        ]
        return Array((head.joined(separator: "\r\n") + xml).utf8)
    }

    /// An event of the first panel (§3).
    ///
    /// - Parameters:
    ///   - state: 1 cleared, 2 raised.
    ///   - cleared: the id of the event that this one clears.
    static func event(_ id: Int, code: Int, state: Int, at timestamp: Int, clears cleared: Int? = nil) -> String {
        let correlation = cleared.map { " correlation_id='\($0)'" } ?? ""
        return
            "<event id='\(id)' event_code='\(code)' event_state='\(state)' event_date='\(timestamp)' eqid='\(panels[0]).1'\(correlation)/>"
    }
}
