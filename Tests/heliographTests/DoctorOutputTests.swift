import Interception
import Publishing
import Testing

@testable import heliograph

@Suite struct DoctorOutputTests {
    private func output(_ change: (inout PublisherReport) -> Void) -> DoctorFacts.Output {
        var report = PublisherReport(name: "mqtt", target: "mqtt://broker:1883")
        change(&report)
        return DoctorFacts.Output(report)
    }

    @Test func `the doctor tells of each publisher what the proxy knows of it`() {
        #expect(
            output { ($0.isFailing, $0.lastError) = (true, "connection refused") }
                == .init("mqtt", .bad("mqtt://broker:1883: connection refused")))
        #expect(
            output { ($0.rowsSent, $0.rowsBehind) = (12_345, 10) }
                == .init("mqtt", .good("mqtt://broker:1883 took 12,345 rows since the start, 10 wait")))
        guard case .notTried(let says) = output({ _ in }).trial else {
            Issue.record("nothing was tried")
            return
        }
        #expect(says.contains("heliograph publish --test mqtt"))
    }
}
