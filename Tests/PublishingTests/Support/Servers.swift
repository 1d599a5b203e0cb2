import Foundation
import TestSupport

extension Server {
    /// InfluxDB 1.x with an empty database `solar`.
    static func influxDB(port: Int? = nil) throws -> Server {
        let backup = try freePort()
        return try Server("influxd", port: port) { port, folder in
            let path = folder.path
            let settings = """
                reporting-disabled = true
                bind-address = "127.0.0.1:\(backup)"
                [meta]
                dir = "\(path)/meta"
                [data]
                dir = "\(path)/data"
                wal-dir = "\(path)/wal"
                max-concurrent-compactions = 1
                [http]
                bind-address = "127.0.0.1:\(port)"
                log-enabled = false
                [monitor]
                store-enabled = false
                """
            try folder.write(settings.utf8, to: "influxdb.conf")
            return ["-config", "\(path)/influxdb.conf"]
        }
    }

    static func victoriaMetrics() throws -> Server {
        try Server("victoria-metrics") { port, folder in
            [
                "-httpListenAddr=127.0.0.1:\(port)", "-storageDataPath=\(folder.path)/data", "-retentionPeriod=100y",
                "-search.latencyOffset=0s", "-dedup.minScrapeInterval=1ms", "-memory.allowedPercent=5",
            ]
        }
    }

    /// A script of these tests, which is told its port and its folder.
    static func python(_ name: String, port: Int? = nil, _ more: String...) throws -> Server {
        try Server("python3", port: port) { port, folder in [script(name), "\(port)", folder.path] + more }
    }
}

/// What InfluxDB answers to a question, row by row, or nothing while it can't be asked.
struct InfluxQuery {
    let port: Int

    func ask(_ question: String) async throws -> [[String]] {
        let finished = try await Program.run(
            "curl", ["-sG", "http://127.0.0.1:\(port)/query", "--data-urlencode", "db=solar", "--data-urlencode", "q=\(question)"])
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(finished.output)) else { return [] }
        return (answer.results.first?.series ?? []).flatMap(\.values).map { $0.map(\.text) }
    }

    func change(_ statement: String) async throws {
        _ = try await Program.run(
            "curl", ["-s", "-XPOST", "http://127.0.0.1:\(port)/query", "--data-urlencode", "q=\(statement)"])
    }

    /// How many points of a measurement there are, and the sum of a field.
    func sums(of measurement: String, _ field: String) async throws -> (count: Int, sum: Int) {
        let row = try await ask("SELECT count(\(field)), sum(\(field)) FROM \(measurement)").first ?? []
        guard row.count == 3 else { return (0, 0) }
        return (Int(Double(row[1]) ?? 0), Int(Double(row[2]) ?? 0))
    }

    private struct Answer: Decodable {
        struct Result: Decodable { var series: [Series]? }
        struct Series: Decodable { var values: [[Cell]] }
        var results: [Result]
    }

    private struct Cell: Decodable {
        var text: String
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Double.self) {
                text = "\(number)"
            } else {
                text = (try? container.decode(String.self)) ?? ""
            }
        }
    }
}
