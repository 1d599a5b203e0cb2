import Foundation

extension Server {
    /// InfluxDB 1.x with an empty database `solar`.
    ///
    /// - Parameter more: further lines of its `[http]` settings.
    public static func influxDB(port: Int? = nil, _ more: String = "") throws -> Server {
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
                \(more)
                [monitor]
                store-enabled = false
                """
            try folder.write(settings.utf8, to: "influxdb.conf")
            return ["-config", "\(path)/influxdb.conf"]
        }
    }

    public static func victoriaMetrics() throws -> Server {
        try Server("victoria-metrics") { port, folder in
            [
                "-httpListenAddr=127.0.0.1:\(port)", "-storageDataPath=\(folder.path)/data", "-retentionPeriod=100y",
                "-search.latencyOffset=0s", "-dedup.minScrapeInterval=1ms", "-memory.allowedPercent=5",
            ]
        }
    }

    /// A script of these tests, which is told its port and its folder.
    public static func python(_ name: String, port: Int? = nil, _ more: String...) throws -> Server {
        try Server("python3", port: port) { port, folder in [script(name), "\(port)", folder.path] + more }
    }
}

extension Server {
    /// - Parameter more: further lines of its settings.
    public static func mosquitto(
        port: Int? = nil, _ more: @escaping @Sendable (TemporaryFolder) throws -> [String] = { _ in ["allow_anonymous true"] }
    ) throws -> Server {
        try Server("mosquitto", port: port) { port, folder in
            let user = getuid() == 0 ? ["user root"] : []
            let lines = user + ["listener \(port) 127.0.0.1", "persistence false"] + (try more(folder))
            try folder.write(lines.joined(separator: "\n").utf8, to: "mosquitto.conf")
            return ["-c", folder.path + "/mosquitto.conf"]
        }
    }

    /// Prometheus, which asks a program every second.
    public static func prometheus(of target: Int) throws -> Server {
        try Server("prometheus") { port, folder in
            let settings = """
                global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
                rule_files: ["\(script("../../../packaging/prometheus/heliograph.rules.yml"))"]
                scrape_configs:
                  - job_name: heliograph
                    static_configs: [{targets: ["127.0.0.1:\(target)"]}]
                """
            try folder.write(settings.utf8, to: "prometheus.yml")
            return [
                "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
            ]
        }
    }
}

/// What InfluxDB answers to a question, row by row, or nothing while it can't be asked.
public struct InfluxQuery: Sendable {
    public let port: Int
    private let user: [String]

    /// - Parameter user: `name:password`; nil where anybody may ask.
    public init(port: Int, user: String? = nil) {
        self.port = port
        self.user = user.map { ["-u", $0] } ?? []
    }

    /// The whole answer to a question, JSON.
    public func text(_ question: String) async throws -> String {
        try await Program.run(
            "curl", user + ["-sG", "http://127.0.0.1:\(port)/query", "--data-urlencode", "db=solar", "--data-urlencode", "q=\(question)"]
        ).text
    }

    public func ask(_ question: String) async throws -> [[String]] {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(try await text(question).utf8)) else { return [] }
        return (answer.results.first?.series ?? []).flatMap(\.values).map { $0.map(\.text) }
    }

    public func change(_ statement: String) async throws {
        _ = try await Program.run(
            "curl", user + ["-s", "-XPOST", "http://127.0.0.1:\(port)/query", "--data-urlencode", "q=\(statement)"])
    }

    /// How many points of a measurement there are, and the sum of a field.
    public func sums(of measurement: String, _ field: String) async throws -> (count: Int, sum: Int) {
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
