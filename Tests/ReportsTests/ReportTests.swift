import Reports
import Testing

@Suite("Reports")
struct ReportTests {
    @Test("a report becomes values, each with its unit")
    func values() throws {
        let decoded = try Report.decode(
            xml: bytes(
                """
                <perf_report report_timestamp='1400000300' webcomm_version='4.6.0'>
                  <envoy serial_num='1' ip_addr='10.0.0.1' mac_addr='00:00:5E:00:53:01' timezone='Etc/GMT+8'
                    part_num='800-1' sw_version='R3 &amp; more' latitude='50.5' longitude='-8.25' emu_region='EU'/>
                  <device eqid='2' device_type='1' part_num='p' admin_state='2' image_bits='131072'
                    condition_flags='262144' observed_flags='0' control_bits='1'>
                    <channel eqid='2.1' channel_type='1' condition_flags='16' observed_flags='3' control_bits='0'/>
                  </device>
                  <interval id='5' eqid='2.1' end_date='1400000000' interval_duration='300' stat_duration='294'
                    stats='60000'/>
                  <reading id='6' eqid='2.1' date='1400000001' duration='290' flags='0'
                    stats='240500,59990,30000,7000,-12,1,2,58000'/>
                  <event id='7' event_code='512' event_state='2' event_date='1400000002' eqid='2' serial_num='2'
                    correlation_id='3' message_key='4'><message_params><![CDATA[{"a":1}]]></message_params></event>
                </perf_report>
                """))
        let report = decoded.value
        #expect(decoded.findings == [])
        #expect(report.timestamp == 1_400_000_300)
        #expect(report.webcommVersion == "4.6.0")
        let envoy = try #require(report.envoy)
        #expect(envoy.timeZone == "Etc/GMT+8")
        #expect(envoy.softwareVersion == "R3 & more")
        #expect(envoy.longitudeDegrees == -8.25)
        let device = try #require(report.devices.first)
        #expect(device.imageBits?.description == "0x20000")
        #expect(device.channels.map(\.condition.flags) == [Flags(rawValue: 16)])
        let interval = try #require(report.intervals.first)
        #expect(interval.joules == 60_000)
        #expect(interval.averageWatts == 200)
        let reading = try #require(report.readings.first)
        #expect(reading.celsius == -12)
        #expect(reading.averageWatts == 200)
        #expect(reading.acVolts == 240.5)
        #expect(reading.dcWatts == 210)
        let event = try #require(report.events.first)
        #expect(event.name == "DC power too low")
        #expect(event.state == .raised)
        #expect(event.messageParameters == #"{"a":1}"#)
    }

    @Test("what new firmware may bring is found with its place, counted, and costs nothing else")
    func findings() throws {
        let decoded = try Report.decode(
            xml: bytes(
                """
                <perf_report report_timestamp='1'>
                <novelty a='1'><event id='1'/></novelty>
                <interval id='5' eqid='2.1' end_date='10' interval_duration='300' stat_duration='x' new='1' stats='1,2,3'/>
                <novelty/>
                <interval id='6' eqid='2.1' end_date='11' interval_duration='300' stat_duration='1' stats='4'/>
                <reading id='7' eqid='2.1' date='1' duration='0' flags='-1' stats='1,2'/>
                <event id='8'/>
                </perf_report>
                """))
        #expect(decoded.value.intervals.map(\.joules) == [1, 4])
        #expect(decoded.value.intervals.first?.otherStats == [2, 3])
        #expect(decoded.value.readings.first?.averageWatts == nil)
        #expect(decoded.value.readings.first?.acMillihertz == 2)
        #expect(
            decoded.findings.map(\.description) == [
                "unknownElement novelty, line 2, 2 times", "badNumber interval stat_duration, line 3",
                "unknownAttribute interval new, line 3", "extraStats interval stats, line 3",
                "badNumber reading flags, line 6", "missingStats reading stats, line 6",
                "missingAttribute event eqid, line 7", "missingAttribute event event_code, line 7",
                "missingAttribute event event_state, line 7", "missingAttribute event event_date, line 7",
                "incompleteRow event, line 7",
            ])
    }

    @Test("findings are capped, and those left off are counted")
    func cappedFindings() throws {
        let flood = (0..<500).map { "<n\($0)/>" }.joined()
        let decoded = try Report.decode(xml: bytes("<perf_report report_timestamp='1'>\(flood)</perf_report>"))
        #expect(decoded.findings.count == 100)
        #expect(decoded.unlistedFindings == 400)
    }

    @Test("white space, a byte order mark and null bytes around a document do no harm")
    func surroundings() throws {
        let xml = [0xef, 0xbb, 0xbf] + bytes("\r\n" + tinyReport) + [0, 0, 10]
        #expect(try Report.decode(xml: xml) == Report.decode(xml: bytes(tinyReport)))
    }

    @Test("what is not to be read is an error that says why")
    func errors() {
        func fault(_ xml: String) -> ReportError.XMLFault? {
            do {
                _ = try Report.decode(xml: bytes(xml))
            } catch .reading(.report, let fault) { return fault } catch {}
            return nil
        }
        #expect(fault("<perf_report_response/>") == .root("perf_report_response"))
        #expect(fault("<html><perf_report/></html>") == .root("html"))
        #expect(fault("<!DOCTYPE x [<!ENTITY a 'b'>]>\n<perf_report>&a;</perf_report>") == .doctype(line: 1))
        #expect(fault("<!DOCTYPE x SYSTEM 'file:///etc/passwd'>\n<perf_report/>") == .doctype(line: 1))
        let deep = String(repeating: "<a>", count: 40)
        #expect(fault("<perf_report>\n" + deep) == .depthOverLimit(32, line: 2))
        let wide = (0..<65).map { " a\($0)=''" }.joined()
        #expect(fault("<perf_report\(wide)/>") == .attributesOverLimit(64, line: 1))
        #expect(fault("<perf_report>" + String(repeating: "<a/>", count: 200_001)) == .elementsOverLimit(200_000, line: 1))
        for xml in ["", " ", "x", "<perf_report>", "<perf_report>&nbsp;</perf_report>", "<perf_report a='1' a='2'/>", "<a></b>"] {
            guard case .malformed(let text, line: 0...1) = fault(xml) else {
                Issue.record("\(xml): \(String(describing: fault(xml)))")
                continue
            }
            #expect(!text.isEmpty)
        }
    }

    @Test("a tag of many megabytes is refused before its attributes can cost time")
    func overlongTag() {
        let wide = (0..<500_000).map { " a\($0)='>'" }.joined()
        #expect(throws: ReportError.reading(.report, .tagOverLimit(bytes: 1 << 16, line: 2))) {
            try Report.decode(xml: bytes("<perf_report>\n<x\(wide)/></perf_report>"))
        }
        let text = String(repeating: "long text = 'x' ", count: 100_000)
        #expect(throws: Never.self) {
            try Report.decode(xml: bytes("<perf_report><!--\(text)-->\(text)</perf_report>"))
        }
    }

    @Test("a document over the limit is refused")
    func overLimit() {
        #expect(throws: ReportError.reading(.report, .overLimit(bytes: 10))) {
            try Report.decode(xml: bytes(tinyReport), limitBytes: 10)
        }
    }

    @Test("the parameters of a message are cut at 64 KiB, and that is found")
    func longMessage() throws {
        let text = String(repeating: "x", count: 100_000)
        let event = "<event id='1' event_code='2' event_state='0' event_date='3' eqid='4'>"
        let decoded = try Report.decode(
            xml: bytes(
                "<perf_report report_timestamp='1'>\(event)<message_params>\(text)</message_params></event></perf_report>"))
        #expect(decoded.value.events.first?.messageParameters?.utf8.count == 1 << 16)
        #expect(decoded.findings.map(\.kind) == [.longText])
    }
}
