import Interception
import Publishing

extension DoctorFacts.Output {
    /// How a publisher is, as the running proxy tells it.
    init(_ report: PublisherReport) {
        let trial: DoctorFacts.Trial
        if report.isFailing {
            trial = .bad("\(report.target): \(report.lastError ?? "the last attempt failed")")
        } else if report.rowsSent == 0 {
            trial = .notTried("\(report.target): nothing was published since the start; heliograph publish --test \(report.name) tries it")
        } else {
            let waiting = report.rowsBehind.flatMap { $0 > 0 ? ", \($0.grouped) wait" : nil } ?? ""
            trial = .good("\(report.target) took \(report.rowsSent.grouped) rows since the start\(waiting)")
        }
        self.init(report.name, trial)
    }

    /// Those that the proxy publishes to; none where it does not run, which another finding tells.
    static func all(_ answer: ServiceAnswer) -> [Self] {
        guard case .running(let report) = answer else { return [] }
        return (report.publishers ?? []).map { Self($0) }
    }
}
