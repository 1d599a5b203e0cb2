/// One report of an Envoy, before it is written as XML.
public struct EnvoyReport: Sendable {
    /// UTC epoch seconds. Wire: `report_timestamp` (protocol notes §3).
    public let timestampSeconds: Int
    /// At most 500, oldest first (protocol notes §4).
    public let intervals: ArraySlice<SimulatedInterval>
    /// At most 500, oldest first (protocol notes §4).
    public let readings: ArraySlice<SimulatedReading>
    /// At most 500, oldest first. That events are capped too is a guess.
    public let events: ArraySlice<SimulatedEvent>
    /// Those whose description changed since the cloud last took one.
    let devices: [SimulatedDevice]
    let identity: EnvoyIdentity

    /// The name and port that an Envoy gives in `Host` (protocol notes §1).
    public static let cloudHost = "reports.enphaseenergy.com:443"

    /// Intervals, readings and events together.
    public var rowCount: Int { intervals.count + readings.count + events.count }

    /// The report's XML (protocol notes §3).
    public var xml: String { ReportXML.render(self, from: identity) }

    /// The request body: zlib over the form that holds the XML (protocol notes §2).
    public func body() throws(SimulatorError) -> [UInt8] {
        try Deflate.compress(Form.encode(xml: xml, webcomm: identity.webcomm))
    }

    /// The whole request, head and body, in the header order that the 2012 capture shows (protocol notes §1).
    ///
    /// - Parameter host: name and port for the `Host` header; an Envoy names its cloud with the port, whoever it
    ///   really talks to.
    public func request(host: String = Self.cloudHost) throws(SimulatorError) -> [UInt8] {
        let body = try body()
        return head(bodyLength: body.count, host: host) + body
    }

    func head(bodyLength: Int, host: String = Self.cloudHost) -> [UInt8] {
        let lines = [
            "POST \(identity.webcomm.reportPath) HTTP/1.1", "Accept: */*", "Connection: close",
            "Content-Type: application/x-deflate", "Content-Length: \(bodyLength)", "Host: \(host)", "", "",
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }
}
