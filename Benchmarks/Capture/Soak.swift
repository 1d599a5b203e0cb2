import Foundation
import NIOPosix
import Synchronization

/// Many reports in one go through our proxy, with its memory printed along the way.
struct Soak {
    let reports: Int
    let connections: Int
    let json: Bool

    private struct Sample: Encodable {
        var reports: Int
        var seconds: Double
        var residentMegabytes: Double
    }

    func run(on stage: Stage) async throws {
        guard let contender = stage.contenders.first, let captures = contender.captures else { return }
        var plan = try stage.plan(contender, connections: connections, extent: .reports(reports))
        let progress = Progress()
        plan.onProgress = { progress.sent.store($0, ordering: .relaxed) }
        let figures = ProcessFigures(of: contender.program.identifier)
        let began = ContinuousClock.now
        let settledPlan = plan
        async let load = Load.run(settledPlan, on: .singletonMultiThreadedEventLoopGroup)

        var samples: [Sample] = []
        let step = max(1, reports / 20)
        while true {
            try await Task.sleep(for: .milliseconds(200))
            let sent = progress.sent.load(ordering: .relaxed)
            if sent / step > (samples.last?.reports ?? -1) / step || sent >= reports {
                let took = (ContinuousClock.now - began) / .seconds(1)
                samples.append(Sample(reports: sent, seconds: took, residentMegabytes: figures.residentMegabytes))
                // At once also in a pipe: a long run shows how it gets on.
                if !json { FileHandle.standardOutput.write(Data((line(samples[samples.count - 1]) + "\n").utf8)) }
            }
            if sent >= reports { break }
        }
        let result = try await load
        // What waits to be archived is caught up with; half an hour is more than any backlog took.
        for _ in 0..<900 where !captures.isSettled(result.answered) { try await Task.sleep(for: .seconds(2)) }
        try finish(samples, result, captures.count, (ContinuousClock.now - began) / .seconds(1), figures)
    }

    private func finish(
        _ samples: [Sample], _ result: LoadResult, _ captured: Int, _ seconds: Double, _ figures: ProcessFigures
    ) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(samples), as: UTF8.self))
        } else {
            print(
                String(
                    format:
                        "%d answered, %d failed, %d captured whole; %.0f reports/s; all archived after %.0f s; at rest %.1f MB, peak %.1f MB (goal: under 40, and flat)",
                    result.answered, result.failures, captured, result.reportsPerSecond, seconds, figures.residentMegabytes,
                    figures.peakMegabytes))
        }
    }

    private func line(_ sample: Sample) -> String {
        String(
            format: "%8d reports %7.1f s %7.1f MB", sample.reports, sample.seconds, sample.residentMegabytes)
    }

    /// How far the load client has come.
    private final class Progress: Sendable {
        let sent = Atomic(0)
    }
}
