/// What a request is about, told by its path alone: the query changes with each firmware (§1).
public enum ReportPath: Equatable, Sendable {
    /// `/emu_reports/performance_report`: a report to decode.
    case performanceReport
    /// `/emu_reports/task_complete`: the Envoy's word on a task from the cloud. Its payload is unknown.
    case taskComplete
    /// Any other path.
    case other

    /// Classifies a request target as it stands in the request line: `/path?query` or `https://host/path?query`.
    public init(target: some StringProtocol) {
        var path = target[...]
        if !path.hasPrefix("/"), let scheme = path.firstRange(of: "://") {
            path = path[scheme.upperBound...].drop { $0 != "/" && $0 != "?" && $0 != "#" }
        }
        switch path.prefix(while: { $0 != "?" && $0 != "#" }) {
        case "/emu_reports/performance_report": self = .performanceReport
        case "/emu_reports/task_complete": self = .taskComplete
        default: self = .other
        }
    }
}
