import Foundation
import TestSupport
import Testing

/// `heliograph decode`, as its reader sees it.
@Suite(.timeLimit(.minutes(10))) struct DecodeCommandTests {
    private let place: TemporaryFolder
    private var folder: URL { place.url }

    private static let report = """
        <?xml version='1.0' encoding='UTF-8'?>
        <perf_report report_timestamp='1438706832' webcomm_version='4.6.0'>
        <envoy serial_num='999900000001' ip_addr='192.168.1.100' mac_addr='00:00:00:00:00:01' timezone='US/Pacific' \
        part_num='800-00000-r00' sw_version='R3.12.34'/>
        <interval id='1' eqid='999911111111.1' end_date='1438706700' interval_duration='300' stat_duration='300' stats='45000'/>
        <reading id='2' eqid='999911111111.1' date='1438706710' duration='300' flags='0' stats='240000,60000,29500,5000,35,0,0,44400'/>
        <event id='3' event_code='101' event_state='2' event_date='1438706720' eqid='999911111111.1' \
        message_key='k'/>
        <weather/>
        </perf_report>
        """
    private static let reply = """
        <perf_report_response status="success"><events_processed><event id="3"/></events_processed></perf_report_response>
        """

    init() throws { place = try TemporaryFolder() }

    private func transcript(_ content: String, _ flags: String = "") throws -> CommandTranscript {
        try Data(content.utf8).write(to: folder.appending(path: "file"))
        return try CommandTranscript("decode file \(flags)", in: folder)
    }

    @Test func `a report is shown in the Envoy's own time, a line for each panel and event`() throws {
        let shown = try transcript(Self.report)
        #expect(shown.status == 0)
        #expect(
            shown.output == """
                report     2015-08-04T09:47:12-07:00, webcomm 4.6.0
                envoy      999900000001, firmware R3.12.34
                time zone  US/Pacific
                holds      0 devices, 1 intervals (12.5 Wh), 1 readings, 1 events

                     equipment    Wh  newest reading                 W  DC V  DC A   AC V     Hz  °C
                999911111111.1  12.5  2015-08-04T09:45:10-07:00  148.0  29.5  5.00  240.0  60.00  35

                time                       event       equipment  state   code
                2015-08-04T09:45:20-07:00      3  999911111111.1  raised  101 grid instability

                not foreseen:
                  unknownElement weather, line 7

                """)
    }

    @Test func `a captured request and a captured reply are known by their first bytes`() throws {
        let request = try transcript("POST /emu_reports/performance_report HTTP/1.1\r\nHost: x\r\n\r\n" + Self.report)
        #expect(request.output.hasPrefix("report     2015-08-04T09:47:12-07:00"))
        let reply = try transcript("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n" + Self.reply)
        #expect(reply.output == "reply      success\nevents     3 processed\n")
    }

    @Test func `a compressed capture is read; one that is cut off is said to be so`() throws {
        let request = Array(("POST /emu_reports/performance_report HTTP/1.1\r\nHost: x\r\n\r\n" + Self.report).utf8)
        for bytes in [request, Array(Self.report.utf8)] {
            try Data(gzipped(bytes)).write(to: folder.appending(path: "file.gz"))
            let shown = try CommandTranscript("decode file.gz", in: folder)
            #expect(shown.status == 0 && shown.output.hasPrefix("report     2015-08-04T09:47:12-07:00"), "\(shown.errors)")
        }
        try Data(gzipped(request).dropLast(20)).write(to: folder.appending(path: "file.gz"))
        let damaged = try CommandTranscript("decode file.gz", in: folder)
        #expect(damaged.status == 1)
        #expect(
            damaged.errors == """
                error: the file can't be unpacked: its gzip stream is cut short
                hint: it is cut off or damaged; take another copy

                """)
    }

    @Test(arguments: [EarlierForm.inflatedRequest, .base64Request, .ours, .oursCompressed, .xml])
    func `a request is read as each program leaves it`(form: EarlierForm) throws {
        var summer = ReportsOfASummer(panels: 2)
        for _ in 0..<120 { _ = summer.next() }
        let report = summer.next()
        try Data(form.file(of: report)).write(to: folder.appending(path: "file"))
        let shown = try CommandTranscript("decode file --json", in: folder)
        #expect(shown.status == 0, "\(shown.errors)")
        let json = try #require(try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any])
        #expect((json["readings"] as? [Any])?.count == report.readings.count)
    }

    @Test func `a reply is read as the program of 2012 left it, also in base64`() throws {
        let head = "content-type = application/x-deflate\ncontent-length = 47\n\n"
        for body in [Self.reply, Data(Self.reply.utf8).base64EncodedString(options: .lineLength76Characters)] {
            #expect(try transcript(head + body).output == "reply      success\nevents     3 processed\n")
        }
    }

    @Test func `JSON gives every row in SI units`() throws {
        let shown = try transcript(Self.report, "--json")
        let json = try #require(try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any])
        let reading = try #require((json["readings"] as? [[String: Any]])?.first)
        #expect(reading["dcVolts"] as? Double == 29.5)
        #expect(reading["watts"] as? Double == 148)
        #expect((json["findings"] as? [[String: Any]])?.first?["element"] as? String == "weather")
    }

    @Test func `what can't be decoded is said with its file, a reason and a hint`() throws {
        let missing = try CommandTranscript("decode nowhere", in: folder)
        #expect(missing.errors == "error: can't read nowhere: no such file or directory\nhint: name a file from the spool\n")
        #expect(missing.status == 1)
        let text = try transcript("good morning")
        #expect(text.errors.hasPrefix("error: can't decode file: looking for XML in the body: "))
        let unanswered = try transcript("no reply: it can't be reached\n")
        #expect(unanswered.errors.hasPrefix("error: there is nothing to decode; the file says: no reply: it can't be reached\nhint: "))
    }
}
