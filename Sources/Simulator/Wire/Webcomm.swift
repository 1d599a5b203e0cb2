/// The dialect an Envoy speaks, named as in its query `webcomm_version` (protocol notes §1).
public enum Webcomm: String, Sendable, CaseIterable {
    /// Firmware R3.0.0 of 2012: single quotes, `serial_num` on events.
    case v3_0 = "3.0"
    /// Firmware R3.12.34 of 2015: double quotes, place on the envoy, the version on the root and in the form.
    case v4_6_0 = "4.6.0"

    /// Target of the POST (protocol notes §1).
    public var reportPath: String { "/emu_reports/performance_report?webcomm_version=\(rawValue)" }

    /// Wire: `sw_version` of the envoy (protocol notes §3).
    var firmware: String {
        switch self {
        case .v3_0: "R3.0.0 (9720d7)"
        case .v4_6_0: "R3.12.34 (2e8bfe)"
        }
    }

    /// Wire: `part_num` of the envoy (protocol notes §3).
    var partNumber: String {
        switch self {
        case .v3_0: "800-00024-r04"
        case .v4_6_0: "800-00069-r05"
        }
    }
}
