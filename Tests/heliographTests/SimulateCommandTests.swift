import Foundation
import TestSupport
import Testing

/// `heliograph simulate`, as its reader sees it.
@Suite(.timeLimit(.minutes(10))) struct SimulateCommandTests {
    private let place: TemporaryFolder
    private var folder: URL { place.url }

    init() throws { place = try TemporaryFolder() }

    @Test func `an Envoy's reports reach a simulated cloud, and both print a line for each`() throws {
        let cloud = try RunningProgram("simulate cloud --listen 127.0.0.1:0 --data cloud", in: folder)
        defer { cloud.end() }
        let port = try #require(cloud.line(startingWith: "listening 127.0.0.1:")?.dropFirst("listening 127.0.0.1:".count))
        let envoy = try CommandTranscript(
            "simulate envoy --to https://127.0.0.1:\(port) --start 2015-06-21T11:00 --every 1h --speed max --reports 3 --json",
            in: folder)
        #expect(envoy.errors == "")
        #expect(envoy.status == 0)
        let lines = envoy.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.contains("\"backlog\":0,") && $0.contains("\"taken\":true,") })
        #expect(lines.first?.contains("\"time\":\"2015-06-21T11:00:00+02:00\"") == true)

        #expect(cloud.end() == 0)
        #expect(cloud.output().split(separator: "\n").count == 3)
        #expect(cloud.output().contains(" bytes  POST /emu_reports/performance_report?webcomm_version=4.6.0 HTTP/1.1\n"))
        let authority = try String(contentsOf: folder.appending(path: "cloud/ca.pem"), encoding: .utf8)
        #expect(authority.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
    }

    @Test func `a report that is not taken is said to wait, and the last one decides the status`() throws {
        let cloud = try RunningProgram("simulate cloud --listen 127.0.0.1:0 --plain --behaviour status:503", in: folder)
        defer { cloud.end() }
        let port = try #require(cloud.line(startingWith: "listening 127.0.0.1:")?.dropFirst("listening 127.0.0.1:".count))
        let envoy = try CommandTranscript(
            "simulate envoy --to http://127.0.0.1:\(port) --start 2015-06-21T12:00 --webcomm 3.0 --panels 2 --speed max --reports 2",
            in: folder)
        let lines = envoy.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("2015-06-21T12:00:00+02:00     4 rows ") == true)
        #expect(lines.first?.hasSuffix(" 503 not taken, 4 rows wait") == true)
        #expect(lines.last?.hasSuffix(" 503 not taken, 8 rows wait") == true)
        #expect(envoy.errors == "error: the last report was not taken\nhint: its rows would come again with the next one\n")
        #expect(envoy.status == 1)
    }

    @Test(arguments: ["2015-06-21T12:00Z", "2015-06-21T14:00+02:00", "2015-06-21T14:00+0200", "2015-06-21T12:00:00Z", "2015-06-21T14:00"])
    func `a start may tell its zone, and leave out the seconds`(start: String) throws {
        let cloud = try RunningProgram("simulate cloud --listen 127.0.0.1:0 --plain", in: folder)
        defer { cloud.end() }
        let port = try #require(cloud.line(startingWith: "listening 127.0.0.1:")?.dropFirst("listening 127.0.0.1:".count))
        let envoy = try CommandTranscript(
            "simulate envoy --to http://127.0.0.1:\(port) --start \(start) --panels 1 --speed max --reports 1", in: folder)
        #expect(envoy.status == 0 && envoy.output.hasPrefix("2015-06-21T14:00:00+02:00 "), "\(envoy.errors)")
    }

    @Test(arguments: [
        ("envoy --tls 9", "--tls 9 is not known"), ("envoy --webcomm 5", "--webcomm 5 is not known"),
        ("envoy --start soon", "--start soon is not a time"), ("envoy --speed 0", "--speed 0 is not a speed"),
        ("envoy --to ftp://x", "--to ftp://x is not a place to send to"), ("envoy --panels 0", "--panels 0 is out of range"),
        ("envoy --serial 12", "--serial 12 is not a serial number"), ("envoy --outage 5", "--outage 5 is not a duration"),
        ("envoy --timezone Mars/X", "--timezone Mars/X is not known"), ("envoy --latitude 91", "--latitude 91.0 is out of range"),
        ("envoy --every 500ms", "--every 500ms is too short"), ("envoy --unpowered 400d", "--unpowered is too long"),
        ("cloud --behaviour odd", "--behaviour odd is not known"), ("cloud --behaviour slow", "--behaviour slow is not known"),
        ("cloud --behaviour slow:x", "--behaviour slow:x has no duration"),
        ("cloud --behaviour status:99", "--behaviour status:99 has no HTTP status"),
        ("cloud --behaviour reply:none", "can't read the reply none"),
        ("cloud --listen here", "--listen here is not an address and a port"),
    ])
    func `a wrong option is named, with what to do`(arguments: String, message: String) throws {
        let transcript = try CommandTranscript("simulate \(arguments)", in: folder)
        #expect(transcript.errors.hasPrefix("error: \(message)\nhint: "))
        #expect(transcript.output == "")
        #expect(transcript.status == 1)
    }
}
