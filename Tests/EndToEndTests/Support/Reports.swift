import Foundation
import Simulator
import TestSupport
import Testing

/// A report to post: what goes over the wire, and what must come out of it.
struct PostedReport: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var target: String
    var body: [UInt8]
    /// The XML in the body.
    var xml: [UInt8]
    /// A reply that a cloud gave to it; nil where the simulated cloud makes its own.
    var reply: [UInt8]?

    /// The request as an Envoy writes it, head and body (protocol notes §1).
    var request: [UInt8] {
        let head = [
            "POST \(target) HTTP/1.1", "Accept: */*", "Connection: close", "Content-Type: application/x-deflate",
            "Content-Length: \(body.count)", "Host: reports.enphaseenergy.com:443", "", "",
        ]
        return Array(head.joined(separator: "\r\n").utf8) + body
    }
}

extension PostedReport {
    /// Those of made-up Envoys of both known kinds.
    static let simulated: [PostedReport] = Webcomm.allCases.map { webcomm in
        var model = EnvoyModel(
            identity: EnvoyIdentity(place: .freiburg, webcomm: webcomm, seed: 7), roof: Roof(place: .freiburg, panelCount: 12, seed: 7),
            startSeconds: 1_434_844_800)
        model.advance(to: 1_434_844_800 + 43200)
        let report = model.report(atSeconds: 1_434_844_800 + 43200)
        // A body that can't be made is empty, and fails the test that posts it.
        return PostedReport(
            testDescription: "simulated, webcomm \(webcomm)", target: webcomm.reportPath, body: (try? report.body()) ?? [],
            xml: Array(report.xml.utf8))
    }

    /// Those of real Envoys, from beside the project or from where `HELIOGRAPH_CAPTURES` says; none where they are missing.
    static let real: [PostedReport] = ["2012-R3.0.0", "2015-R3.12.34"].compactMap { name in
        let folder = captures.appending(path: name)
        // A file that is missing leaves its capture out; the suite says so.
        func read(_ file: String) -> [UInt8]? { try? bytes(of: folder.appending(path: file)) }
        guard let body = read("request-body.deflate"), let xml = read("report.xml") else { return nil }
        let version = name.hasPrefix("2012") ? "3.0" : "4.6.0"
        var reply: [UInt8]?
        if let head = read("response-head.txt"), let body = read("response-body.deflate") {
            reply = head.flatMap { $0 == 10 ? [13, 10] : [$0] } + [13, 10] + body
        }
        return PostedReport(
            testDescription: name, target: "/emu_reports/performance_report?webcomm_version=\(version)", body: body, xml: xml, reply: reply)
    }

    static let captures: URL = {
        if let named = ProcessInfo.processInfo.environment["HELIOGRAPH_CAPTURES"] { return URL(filePath: named) }
        return URL(filePath: #filePath).appending(path: "../../../../../shared/captures").standardized
    }()

    static let all = real + simulated

    /// A small one.
    static var any: PostedReport { simulated[0] }
}
