import Foundation
import Testing

@testable import Simulator

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("An Envoy without hardware")
struct EnvoyModelTests {
    /// 2015-06-21 00:00 UTC.
    private static let midnight = 1_434_844_800

    private static func model(
        _ webcomm: Webcomm = .v4_6_0, panels: Int = 12, start: Int = midnight, place: Place = .freiburg
    ) -> EnvoyModel {
        EnvoyModel(
            identity: EnvoyIdentity(place: place, webcomm: webcomm, seed: 9),
            roof: Roof(place: place, panelCount: panels, seed: 9), startSeconds: start)
    }

    private static let success = EnvoyReply(
        status: 200, body: (try? Deflate.compress(Array("<perf_report_response status=\"success\">".utf8))) ?? [])

    @Test("A day's intervals hold the roof's energy of that day, channel by channel")
    func energy() {
        var model = Self.model(panels: 3)
        model.advance(to: Self.midnight + 86400)
        for (index, panel) in model.roof.panels.enumerated() {
            let rows = model.intervals.filter { $0.channel == panel.channel }
            let sum = Double(rows.reduce(0) { $0 + $1.joules })
            let expected = model.roof.energy(ofPanel: index, from: Self.midnight, to: Self.midnight + 86400)
            #expect(abs(sum - expected) <= Double(rows.count) * 0.5 + 1)
            #expect(rows.count > 150)
        }
    }

    @Test("Readings follow one another without a gap, and their power agrees with volts and amperes")
    func readings() throws {
        var model = Self.model(panels: 1)
        model.advance(to: Self.midnight + 86400)
        let noon = model.readings.filter { (36000..<43200).contains($0.dateSeconds - Self.midnight) }
        try #require(noon.count >= 23)
        for (before, after) in zip(noon, noon.dropFirst()) {
            #expect(after.dateSeconds - after.durationSeconds == before.dateSeconds)
        }
        for reading in noon {
            let watts = model.roof.power(ofPanel: 0, atEpochSeconds: reading.dateSeconds)
            let dc = Double(reading.inverter.dcMillivolts) * Double(reading.inverter.dcMilliamps) / 1e6
            #expect(abs(watts - dc * Inverter.efficiency) < 0.1)
            #expect((49_900...50_100).contains(reading.inverter.acMillihertz))
            #expect((20_000...45_000).contains(reading.inverter.dcMillivolts))
        }
    }

    @Test("After days without power each inverter tells one row a day, with that day's energy, and one long reading")
    func powerCut() throws {
        var model = Self.model(panels: 2, start: Self.midnight + 43200)
        model.advance(to: Self.midnight + 46800)
        let before = model.intervals.count
        let lastRead = model.readings.last { $0.channel == model.roof.panels[1].channel }
        let back = Self.midnight + 3 * 86400 + 36000
        model.passUnpowered(until: back)
        let rows = model.intervals.dropFirst(before).filter { $0.channel == model.roof.panels[1].channel }
        #expect(model.nowSeconds == back)
        try #require(rows.count == 4)  // The rest of the first day, two whole ones, the last until ten o'clock.
        #expect(rows.map(\.endSeconds) == rows.map(\.endSeconds).sorted())
        #expect((50_000...60_000).contains(rows[rows.startIndex + 1].durationSeconds))
        for row in rows {
            let energy = model.roof.energy(ofPanel: 1, from: row.endSeconds - row.durationSeconds, to: row.endSeconds)
            #expect(abs(Double(row.joules) - energy) <= 0.5)
        }

        model.advance(to: back + 600)
        let read = model.readings.filter { $0.channel == model.roof.panels[1].channel && $0.dateSeconds > back }
        try #require(read.count == 2)
        #expect(read[0].dateSeconds - read[0].durationSeconds == lastRead?.dateSeconds)
        #expect((290...310).contains(read[1].durationSeconds))
        let events = model.events.filter { $0.equipment == model.roof.panels[1].serial && $0.dateSeconds > back }
        #expect(events.map(\.code) == [.powerOnReset, .dcPowerTooLow, .dcPowerTooLow])
    }

    @Test("At night nothing is measured")
    func night() {
        var model = Self.model(start: Self.midnight - 3600)
        model.advance(to: Self.midnight)
        #expect(model.intervals.isEmpty && model.readings.isEmpty)
    }

    @Test("The same seed tells the same day")
    func determinism() {
        var one = Self.model()
        var other = Self.model()
        one.advance(to: Self.midnight + 43200)
        for hour in 1...12 { other.advance(to: Self.midnight + hour * 3600) }
        #expect(one.report(atSeconds: 1).xml == other.report(atSeconds: 1).xml)
        #expect(one.readings == other.readings)
    }

    @Test("A report carries at most 500 intervals and 500 readings, the oldest")
    func caps() {
        var model = Self.model()
        model.advance(to: Self.midnight + 86400)
        let report = model.report(atSeconds: Self.midnight + 86400)
        #expect(model.intervals.count > 500)
        #expect(report.intervals.count == 500 && report.readings.count == 500)
        #expect(Array(report.intervals) == Array(model.intervals.prefix(500)))
        #expect(Array(report.readings) == Array(model.readings.prefix(500)))
    }

    @Test("A backlog drains oldest first, each row once, until nothing waits", arguments: Webcomm.allCases)
    func drains(webcomm: Webcomm) {
        var model = Self.model(webcomm)
        model.advance(to: Self.midnight + 2 * 86400)
        let all = (model.intervals.map(\.id), model.readings.map(\.id), model.events.map(\.id))
        var seen: ([Int], [Int], [Int]) = ([], [], [])
        var last = 0
        for _ in 0..<50 where model.backlogCount > 0 {
            let report = model.report(atSeconds: Self.midnight)
            #expect((report.intervals.first?.endSeconds ?? .max) >= last)
            last = report.intervals.last?.endSeconds ?? last
            seen.0 += report.intervals.map(\.id)
            seen.1 += report.readings.map(\.id)
            seen.2 += report.events.map(\.id)
            model.take(report)
        }
        #expect(model.backlogCount == 0)
        #expect(seen == all)
        #expect(seen.0 == seen.0.sorted() && Set(seen.0).count == seen.0.count)
    }

    @Test("Only a 200 whose body says success lets rows go, and each event only where it names that")
    func settles() throws {
        var model = Self.model()
        model.advance(to: Self.midnight + 43200)
        let report = model.report(atSeconds: 1)
        let waiting = model.backlogCount
        let refused = [
            EnvoyReply(status: 500, body: Self.success.body),
            EnvoyReply(status: 200, body: []),
            EnvoyReply(status: 200, body: Array("<perf_report_response status=\"success\">".utf8)),
            EnvoyReply(status: 200, body: try Deflate.compress(Array("<perf_report_response status=\"failure\"/>".utf8))),
            EnvoyReply(status: 200, body: try Deflate.compress(Array("<html status=\"success\"/>".utf8))),
            EnvoyReply(status: 200, body: Self.success.body.dropLast(6)),
        ]
        for reply in refused {
            let settled = model.settle(report, reply: reply)
            #expect(!settled)
            #expect(model.backlogCount == waiting)
        }
        let (first, others) = (try #require(report.events.first?.id), report.events.dropFirst().map(\.id))
        #expect(others.count > 1)
        for (named, stay) in [([], report.events.map(\.id)), (others, [first]), ([first, 1], [])] {
            let events = named.map { "<event id='\($0)'/>" }.joined()
            let xml = "<perf_report_response status=\"success\"><events_processed>\(events)</events_processed></perf_report_response>"
            model.settle(report, reply: EnvoyReply(status: 200, body: try Deflate.compress(Array(xml.utf8))))
            let ids = Set(report.events.map(\.id))
            #expect(model.events.map(\.id).filter(ids.contains) == stay, "an event stays until a reply names it")
        }
        #expect(model.backlogCount == waiting - report.rowCount)
    }

    @Test("Rows that came while a report was on its way stay")
    func rowsInBetween() throws {
        var model = Self.model()
        model.advance(to: Self.midnight + 6 * 3600)
        let report = model.report(atSeconds: 1)
        model.advance(to: Self.midnight + 12 * 3600)
        let waiting = model.backlogCount
        model.take(report)
        model.take(report)
        #expect(model.backlogCount == waiting - report.rowCount)
    }

    @Test("Each dusk raises and each dawn clears, with pairs of ids", arguments: Webcomm.allCases)
    func dawnAndDusk(webcomm: Webcomm) throws {
        var model = Self.model(webcomm, panels: 2, start: Self.midnight + 43200)
        model.advance(to: Self.midnight + 43200 + 2 * 86400)
        for code in [EventCode.dcPowerTooLow, .microinverterSleeping] {
            let events = model.events.filter { $0.code == code && $0.equipment == model.roof.panels[0].serial }
            try #require(events.map(\.state) == [.raised, .cleared, .raised, .cleared])
            #expect(events[1].correlationID == events[0].id)
            #expect(events[0].correlationID == (webcomm == .v4_6_0 ? events[1].id : nil))
        }
        let unstable = model.events.filter { $0.code == .gridInstability }
        #expect(unstable.count == (webcomm == .v3_0 ? 8 : 0))
        #expect(model.events.map(\.id) == model.events.map(\.id).sorted())
    }

    @Test("The XML is well-formed and counts as the report does, also with awkward names", arguments: Webcomm.allCases)
    func wellFormed(webcomm: Webcomm) throws {
        let place = Place(latitude: -0.00001, longitude: -117, timezone: "A&B<'\">")
        var model = Self.model(webcomm, place: place)
        model.advance(to: Self.midnight + 2 * 86400)
        let report = model.report(atSeconds: 1_434_900_000)
        let document = try Elements(parsing: report.xml)
        #expect(document.counts["interval"] == report.intervals.count)
        #expect(document.counts["reading"] == report.readings.count)
        #expect(document.counts["event"] == report.events.count)
        #expect(document.counts["device"] == 12 && document.counts["channel"] == 12)
        #expect(document.envoy["timezone"] == place.timezone)
        #expect(document.envoy["latitude"] == (webcomm == .v4_6_0 ? "0.0000" : nil))
        #expect(document.root["webcomm_version"] == (webcomm == .v4_6_0 ? "4.6.0" : nil))
    }

    @Test("Rows look as they do in captures")
    func shapes() throws {
        var late = Self.model()
        late.advance(to: Self.midnight + 43200)
        let xml = late.report(atSeconds: 5).xml
        #expect(
            xml.hasPrefix(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<perf_report report_timestamp=\"5\" webcomm_version=\"4.6.0\"><envoy latitude=\"47.9900\" longitude=\"7.8500\" ip_addr="
            ))
        #expect(
            xml.contains(/<interval interval_duration="300" stat_duration="\d+" end_date="\d+" stats="\d+" id="\d+" eqid="\d{12}\.1"\/>/))
        #expect(
            xml.contains(/<reading duration="\d+" stats="\d+,\d+,\d+,\d+,-?\d+,0,0,\d+" date="\d+" id="\d+" flags="0" eqid="\d{12}\.1"\/>/))
        #expect(
            xml.contains(
                /<event event_state="0" event_code="10031" event_date="\d+" id="\d+" eqid="\d{12}" message_key="1"><message_params><!\[CDATA\[{"value":"true"}\]\]><\/message_params><\/event>/
            ))
        var early = Self.model(.v3_0)
        early.advance(to: Self.midnight + 43200)
        #expect(
            early.report(atSeconds: 5).xml.contains(
                /<event correlation_id='\d+' event_state='1' id='\d+' event_code='101' eqid='\d{12}\.1' serial_num='\d{12}' event_date='\d+' \/>\n/
            ))
    }

    @Test("The body inflates to the form, and its field to the XML", arguments: Webcomm.allCases)
    func bodyRoundTrip(webcomm: Webcomm) throws {
        var model = Self.model(webcomm)
        model.advance(to: Self.midnight + 43200)
        let report = model.report(atSeconds: 5)
        let body = try report.body()
        let form = try Deflate.inflate(body)
        let text = String(decoding: form, as: UTF8.self)
        #expect(body.starts(with: [0x78, 0x9C]))
        #expect(text.hasPrefix(webcomm == .v3_0 ? "body=%3C%3Fxml%20" : "webcomm_version=4.6.0&body=%3C%3Fxml%20"))
        #expect(Form.value(of: "body", in: form).map { String(decoding: $0, as: UTF8.self) } == report.xml)
        #expect(text.removingPercentEncoding?.hasSuffix(report.xml) == true)
    }

    @Test("The head has the capture's headers in the capture's order")
    func head() throws {
        let report = Self.model(.v3_0).report(atSeconds: 5)
        let request = String(decoding: try report.request(), as: UTF8.self)
        let length = try report.body().count
        #expect(
            request.hasPrefix(
                """
                POST /emu_reports/performance_report?webcomm_version=3.0 HTTP/1.1\r
                Accept: */*\r
                Connection: close\r
                Content-Type: application/x-deflate\r
                Content-Length: \(length)\r
                Host: reports.enphaseenergy.com:443\r
                \r\n
                """))
    }

    @Test("Devices are told once, and again when they woke or slept")
    func devices() {
        var model = Self.model(panels: 4, start: Self.midnight + 43200)
        #expect(model.report(atSeconds: 1).devices.count == 4)
        model.take(model.report(atSeconds: 1))
        #expect(model.report(atSeconds: 1).devices.isEmpty)
        model.advance(to: Self.midnight + 86400)
        #expect(model.report(atSeconds: 1).devices.count == 4)
    }

    @Test("Inflating stops at its limit, at a short stream, and at junk")
    func inflateBounds() throws {
        let bomb = try Deflate.compress([UInt8](repeating: 0, count: 1 << 20))
        #expect(throws: SimulatorError.self) { try Deflate.inflate(bomb, limit: 1 << 19) }
        #expect(try Deflate.inflate(bomb, limit: 1 << 20).count == 1 << 20)
        #expect(throws: SimulatorError.self) { try Deflate.inflate(Array(bomb.dropLast(5))) }
        #expect(throws: SimulatorError.self) { try Deflate.inflate([1, 2, 3]) }
        #expect(throws: SimulatorError.self) { try Deflate.inflate([]) }
    }
}

/// Counts elements with Foundation's parser.
private final class Elements: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]
    var envoy: [String: String] = [:]
    var root: [String: String] = [:]

    init(parsing xml: String) throws {
        super.init()
        let parser = XMLParser(data: Data(xml.utf8))
        parser.delegate = self
        guard parser.parse() else { throw parser.parserError ?? CocoaError(.coderReadCorrupt) }
    }

    func parser(_: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]) {
        counts[name, default: 0] += 1
        if name == "envoy" { envoy = attributes }
        if name == "perf_report" { root = attributes }
    }
}
