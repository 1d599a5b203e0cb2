import Archive
import Foundation
import NIOCore

/// Where InfluxDB is, or whoever understands its line protocol (VictoriaMetrics, Telegraf, QuestDB).
public struct InfluxDBSettings: Sendable {
    public enum Place: Sendable, Equatable {
        /// InfluxDB 1.x: a database, and its user with a password.
        case database(String, user: String?, password: String?)
        /// InfluxDB 2.x: an organisation's bucket, and a token.
        case bucket(String, organisation: String, token: String?)
    }

    /// `http://host:8086`, without the path of the API.
    public var url: String
    public var place: Place
    /// A PEM file of who may vouch for it; nil for the system's.
    public var authorities: String?

    public init(url: String, place: Place, authorities: String? = nil) {
        self.url = url
        self.place = place
        self.authorities = authorities
    }
}

/// Writes every row to InfluxDB as the one point that it is.
struct InfluxDBPublisher: Publisher {
    let batchLimit = 1_000
    private let client: WebClient
    private let url: String
    private let headers: [(String, String)]
    /// Whether a compressed body was refused for what it is.
    private let takesPlainOnly = Shared(false)

    /// - Parameter timeout: for a whole exchange.
    /// - Throws: `PublishError` where the settings' URL can't be.
    init(_ settings: InfluxDBSettings, timeout: TimeAmount = .seconds(30)) throws {
        var components = URLComponents(string: settings.url)
        guard components?.host != nil else { throw PublishError.retry("\(settings.url) is not a URL") }
        var headers = [("Content-Type", "text/plain; charset=utf-8")]
        let base = (components?.path ?? "").hasSuffix("/") ? String((components?.path ?? "").dropLast()) : components?.path ?? ""
        switch settings.place {
        case .database(let name, let user, let password):
            components?.path = base + "/write"
            components?.queryItems = [.init(name: "db", value: name), .init(name: "precision", value: "ns")]
            if let user {
                headers.append(("Authorization", "Basic " + Data("\(user):\(password ?? "")".utf8).base64EncodedString()))
            }
        case .bucket(let name, let organisation, let token):
            components?.path = base + "/api/v2/write"
            components?.queryItems = [
                .init(name: "org", value: organisation), .init(name: "bucket", value: name), .init(name: "precision", value: "ns"),
            ]
            if let token { headers.append(("Authorization", "Token " + token)) }
        }
        guard let url = components?.string else { throw PublishError.retry("\(settings.url) is not a URL") }
        self.url = url
        self.headers = headers
        client = WebClient(authorities: settings.authorities, timeout: timeout)
    }

    func publish(_ rows: [PublishedRow]) async throws {
        var text = ""
        text.reserveCapacity(rows.count * 160)
        for row in rows where !LineProtocol.append(row, to: &text) {
            throw PublishError.reject("row \(row.seq) has a time that InfluxDB can't tell")
        }
        let answer = try await send(Array(text.utf8))
        if let count = Self.tooOld(answer) {
            throw PublishError.passOver(count, "older than what its retention policy keeps")
        }
        try answer.check()
    }

    /// Sends lines compressed, or plain to those who answered 415 once: QuestDB takes compressed ones from 9.1.0 on
    /// (<https://github.com/questdb/questdb/pull/6165>).
    private func send(_ lines: [UInt8]) async throws -> WebAnswer {
        if !takesPlainOnly.withLock({ $0 }), let body = Gzip.compressed(lines) {
            let answer = try await client.post(url, headers: headers + [("Content-Encoding", "gzip")], body: body)
            guard answer.status == 415 else { return answer }
            takesPlainOnly.withLock { $0 = true }
        }
        return try await client.post(url, headers: headers, body: lines)
    }

    /// How many points it dropped because its retention policy keeps none so old; nil where the answer is another one. It has written
    /// the others of the batch then: any other fault would be told instead.
    ///
    /// Seen of 1.6.7: 400, `partial write: points beyond retention policy dropped=2`. 2.x answers 422 with that, or with `partial write:
    /// dropped 8 points outside retention policy of duration 24h0m0s …`, and its first versions 500.
    static func tooOld(_ answer: WebAnswer) -> Int? {
        guard [400, 422, 500].contains(answer.status) else { return nil }
        let text = String(decoding: answer.body.prefix(4_096), as: UTF8.self)
        guard text.contains(/partial write: .*(beyond|outside) retention policy/),
            let match = text.firstMatch(of: /dropped[ =]([0-9]{1,9})/)
        else { return nil }
        return Int(match.1)
    }

    func close() async { await client.close() }
}

extension PublishingTarget {
    /// - Parameter settings: they need not be right; what is wrong with them is told when publishing begins.
    public static func influxDB(_ settings: InfluxDBSettings) -> PublishingTarget {
        PublishingTarget(name: "influxdb", address: settings.url, beginning: .firstRow) { _, _ in try InfluxDBPublisher(settings) }
    }
}
