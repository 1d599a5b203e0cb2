import Foundation

/// The scores as a person or a program reads them.
struct Table {
    let scores: [Contender.Kind: Score]
    let order: [Contender.Kind]
    let connections: Int
    let rounds: Int

    /// One contender's medians over the rounds.
    struct Row: Encodable {
        var contender: String
        var reportsPerSecond: Double
        var reportsPerSecondLowest: Double
        var reportsPerSecondHighest: Double
        var processorSecondsPerThousandReports: Double
        /// Of the load client, which shares the machine.
        var clientSecondsPerThousandReports: Double
        var latencyP50Milliseconds: Double
        var latencyP99Milliseconds: Double
        /// Above the same client going straight to the stub, one report at a time.
        var addedLatencyP50Milliseconds: Double
        var addedLatencyP99Milliseconds: Double
        var busyLatencyP50Milliseconds: Double
        var busyLatencyP99Milliseconds: Double
        /// After the load, and the most ever. Of all its processes together.
        var residentMegabytes: Double
        var peakMegabytes: Double
        var failures: Int
        /// Ours divided by this one, median of the rounds' ratios.
        var oursToThisReportsPerSecond: Double?
        /// Ours with ingesting off: what capturing costs.
        var capturingToThisReportsPerSecond: Double?
    }

    var rows: [Row] {
        order.compactMap { kind in
            guard let score = scores[kind], let direct = scores[.direct] else { return nil }
            func busy(_ value: (Measurement) -> Double) -> Double { median(score.busy.map(value)) }
            func alone(_ value: (Measurement) -> Double) -> Double { median(score.alone.map(value)) }
            func added(_ share: Double) -> Double {
                median(zip(score.alone, direct.alone).map { $0.load.latency(share) - $1.load.latency(share) })
            }
            let rates = score.busy.map(\.reportsPerSecond)
            return Row(
                contender: kind.rawValue, reportsPerSecond: median(rates), reportsPerSecondLowest: rates.min() ?? .nan,
                reportsPerSecondHighest: rates.max() ?? .nan,
                processorSecondsPerThousandReports: busy(\.processorSecondsPerThousand),
                clientSecondsPerThousandReports: busy(\.clientSecondsPerThousand),
                latencyP50Milliseconds: alone { $0.load.latency(0.5) }, latencyP99Milliseconds: alone { $0.load.latency(0.99) },
                addedLatencyP50Milliseconds: added(0.5), addedLatencyP99Milliseconds: added(0.99),
                busyLatencyP50Milliseconds: busy { $0.load.latency(0.5) }, busyLatencyP99Milliseconds: busy { $0.load.latency(0.99) },
                residentMegabytes: busy(\.residentMegabytes), peakMegabytes: score.busy.map(\.peakMegabytes).max() ?? .nan,
                failures: score.failures, oursToThisReportsPerSecond: kind == .heliograph ? nil : ratio(of: .heliograph, to: kind),
                capturingToThisReportsPerSecond: kind == .capturing ? nil : ratio(of: .capturing, to: kind))
        }
    }

    private func ratio(of own: Contender.Kind, to kind: Contender.Kind) -> Double? {
        guard let ours = scores[own], let theirs = scores[kind] else { return nil }
        let ratio = median(zip(ours.busy, theirs.busy).map { $0.reportsPerSecond / $1.reportsPerSecond })
        return ratio.isFinite ? ratio : nil
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
            return String(decoding: try encoder.encode(rows), as: UTF8.self)
        }
    }

    var text: String {
        let heads = [
            "", "reports/s", "lowest..highest", "CPU s/1,000", "added p50 ms", "added p99 ms", "p50 ms busy", "p99 ms busy", "peak MB",
            "ours/this", "ingest off/this",
        ]
        let lines = zip(order, rows).map { kind, row in
            [
                kind.title, number(row.reportsPerSecond, 0),
                "\(number(row.reportsPerSecondLowest, 0))..\(number(row.reportsPerSecondHighest, 0))",
                number(row.processorSecondsPerThousandReports, 2),
                kind == .direct ? "" : number(row.addedLatencyP50Milliseconds, 2),
                kind == .direct ? "" : number(row.addedLatencyP99Milliseconds, 2),
                number(row.busyLatencyP50Milliseconds, 1), number(row.busyLatencyP99Milliseconds, 1), number(row.peakMegabytes, 1),
                row.oursToThisReportsPerSecond.map { number($0, 2) } ?? "",
                row.capturingToThisReportsPerSecond.map { number($0, 2) } ?? "",
            ]
        }
        let widths = heads.indices.map { column in ([heads] + lines).map { $0[column].count }.max() ?? 0 }
        let body = ([heads] + lines).map { cells in
            cells.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - cells[column].count)
                return column == 0 ? cells[column] + space : space + cells[column]
            }.joined(separator: "  ")
        }
        return
            (body + ["", "Medians of \(rounds) rounds; \(connections) connections at once, added latency one report at a time."] + goals)
            .joined(separator: "\n")
    }

    private var goals: [String] {
        let pairs: [(own: Contender.Kind, peer: Contender.Kind, goal: Double)] = [
            (.capturing, .mitmproxy, 10), (.capturing, .nginx, 1), (.capturing, .plainNginx, 1), (.heliograph, .capturing, 0.8),
        ]
        return pairs.compactMap { own, peer, goal in
            ratio(of: own, to: peer).map {
                "reports/s, \(own.title) against \(peer.title): \(number($0, 2)) (goal: \(number(goal, 1)) or more)"
            }
        }
            + rows.filter { [Contender.Kind.heliograph, .capturing].map(\.rawValue).contains($0.contender) }.map {
                "peak memory, \($0.contender): \(number($0.peakMegabytes, 1)) MB (goal: under 40)"
            }
    }

    private func number(_ value: Double, _ digits: Int) -> String {
        value.isFinite ? String(format: "%.\(digits)f", value) : "-"
    }
}
