import Archive
import Foundation
import Reports
import TestSupport
import Testing

@testable import Publishing

/// One publisher with its real other side, as the conformance suite needs it.
protocol Subject: Sendable {
    var target: PublishingTarget { get }
    /// One that waits for an answer a second only; nil for who waits for no server.
    var hastyTarget: PublishingTarget? { get }
    func start() async throws
    func stop() async
    /// What is to go wrong, as `servers/faults.py` tells.
    func set(_ mode: String) throws
    /// What the other side knows is compared with the archive.
    ///
    /// - Returns: what is wrong; nil if nothing is missing and nothing is doubled.
    func fault(against flow: Flow) async throws -> String?
}

/// The publishers that there are.
enum SubjectKind: String, CaseIterable, CustomTestStringConvertible {
    case influxDB, victoriaMetrics, mqtt, pvoutput, webhook, command
    var testDescription: String { rawValue }

    /// Those whose other side is installed: VictoriaMetrics is not in every distribution.
    static let there = allCases.filter { $0 != .victoriaMetrics || Program.isInstalled("victoria-metrics") }

    func make() async throws -> any Subject {
        switch self {
        case .influxDB: try await InfluxSubject()
        case .victoriaMetrics: try VictoriaMetricsSubject()
        case .mqtt: try await MQTTSubject()
        case .pvoutput: try PVOutputSubject()
        case .webhook: try WebhookSubject()
        case .command: try CommandSubject()
        }
    }

    /// Whether each row goes out by itself, so that one can be refused.
    var sendsRows: Bool { self != .mqtt && self != .pvoutput }
    /// Whether they go as line protocol.
    var sendsLines: Bool { self == .influxDB || self == .victoriaMetrics }
}

/// InfluxDB, with faults before it.
struct InfluxSubject: Subject {
    let influx: Server
    let side: Server

    init() async throws {
        let influx = try Server.influxDB()
        self.influx = influx
        side = try Server.python("http_side.py", "\(influx.port)")
    }

    var target: PublishingTarget {
        .influxDB(.init(url: "http://127.0.0.1:\(side.port)", place: .database("solar", user: nil, password: nil)))
    }

    var hastyTarget: PublishingTarget? {
        let settings = InfluxDBSettings(url: "http://127.0.0.1:\(side.port)", place: .database("solar", user: nil, password: nil))
        return PublishingTarget(name: "influxdb", address: "", beginning: .firstRow) { _, _ in
            try InfluxDBPublisher(settings, timeout: .seconds(1))
        }
    }

    func start() async throws {
        try await influx.start()
        try await InfluxQuery(port: influx.port).change("CREATE DATABASE solar")
        try await side.start()
    }

    func stop() async {
        await side.stop()
        await influx.stop()
    }

    func set(_ mode: String) throws { try side.folder.write(mode.utf8, to: "mode") }

    func fault(against flow: Flow) async throws -> String? {
        let (seen, facts) = (try await InfluxQuery(port: influx.port).facts(), try await flow.facts())
        return seen == facts ? nil : "InfluxDB has \(seen), the archive \(facts)"
    }
}

/// A web server that keeps what is posted.
struct WebhookSubject: Subject {
    static let secret = "a secret of the test"
    let side: Server

    init() throws { side = try Server.python("http_side.py") }

    var target: PublishingTarget {
        var target = PublishingTarget.webhook(.init(url: "http://127.0.0.1:\(side.port)/hook", secret: Self.secret))
        target.beginning = .firstRow
        return target
    }

    var hastyTarget: PublishingTarget? {
        PublishingTarget(name: "webhook", address: "", beginning: .firstRow) { [side] _, _ in
            WebhookPublisher(.init(url: "http://127.0.0.1:\(side.port)/hook", secret: Self.secret), timeout: .seconds(1))
        }
    }

    func start() async throws { try await side.start() }
    func stop() async { await side.stop() }
    func set(_ mode: String) throws { try side.folder.write(mode.utf8, to: "mode") }

    func posts() throws -> [Post] { try Self.posts(at: side) }

    static func posts(at side: Server) throws -> [Post] {
        guard let text = try? String(contentsOf: side.folder.file("posts"), encoding: .utf8) else { return [] }
        // The last line may be on its way.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return try lines.map { try JSONDecoder().decode(Post.self, from: Data($0.utf8)) }
    }

    struct Post: Decodable {
        var path: String
        var headers: [String: String]
        var body: String
    }

    func fault(against flow: Flow) async throws -> String? {
        struct Body: Decodable { var rows: [SeenRow] }
        var rows: [SeenRow] = []
        for post in try posts() { rows += try JSONDecoder().decode(Body.self, from: Data(post.body.utf8)).rows }
        return try await SeenRow.fault(rows, against: flow)
    }
}

/// A shell script that keeps the lines it gets.
struct CommandSubject: Subject {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: script("hook"), toPath: folder.path + "/hook")
    }

    var target: PublishingTarget {
        var target = PublishingTarget.command(folder.path + "/hook")
        target.beginning = .firstRow
        return target
    }

    var hastyTarget: PublishingTarget? { nil }

    func start() throws { try set("ok") }
    func stop() async {
        // There is no server: the script says that it can't.
        try? set("stopped")
    }
    func set(_ mode: String) throws { try folder.write(mode.utf8, to: "mode") }

    func fault(against flow: Flow) async throws -> String? {
        guard let text = try? String(contentsOf: folder.file("lines"), encoding: .utf8) else { return "no lines" }
        // The last line may be on its way.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return try await SeenRow.fault(lines.map { try JSONDecoder().decode(SeenRow.self, from: Data($0.utf8)) }, against: flow)
    }
}

/// A row as another side saw it.
struct SeenRow: Decodable, Hashable {
    struct Event: Decodable, Hashable {
        var id: Int
        var code: Int
        var state: String?
        var messageKey: String?
        var messageParameters: String?
    }

    var kind: String
    var envoy: String
    var device: String
    var timestamp: Int
    var durationSeconds: Int?
    var joules: Int?
    var event: Event?

    /// Rows that came twice mean the same; so the distinct ones must be those of the archive.
    static func fault(_ rows: [SeenRow], against flow: Flow) async throws -> String? {
        var seen = Facts()
        for row in Set(rows) {
            switch row.kind {
            case "interval":
                seen.intervals += 1
                seen.intervalsWithEnergy += row.joules == nil ? 0 : 1
                seen.intervalJoules += row.joules ?? 0
            case "reading":
                seen.readings += 1
                seen.readingJoules += row.joules ?? 0
            default: seen.events += 1
            }
        }
        let facts = try await flow.facts()
        return seen == facts ? nil : "it has \(seen), the archive \(facts)"
    }
}

/// Waits until a target has all that an archive has.
func expectAll(_ subject: any Subject, _ flow: Flow, _ service: PublishingService) async throws {
    let (fault, isRight) = try await eventually {
        try await subject.fault(against: flow)
    } until: {
        $0 == nil
    }
    #expect(isRight, "\(fault ?? ""); \(service.reports)")
}
