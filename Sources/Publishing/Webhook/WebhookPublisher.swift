import Archive
import Crypto
import Foundation
import NIOCore

/// Where rows are posted to.
public struct WebhookSettings: Sendable {
    public var url: String
    /// What the posts are signed with; nil for no signature.
    public var secret: String?
    /// A PEM file of who may vouch for it; nil for the system's.
    public var authorities: String?

    public init(url: String, secret: String? = nil, authorities: String? = nil) {
        self.url = url
        self.secret = secret
        self.authorities = authorities
    }
}

/// Posts rows as JSON, `{"rows": […]}`, and alerts, `{"alerts": […]}`.
///
/// Each post has the headers `Heliograph-Timestamp` (seconds since 1970 UTC) and, with a secret, `Heliograph-Signature`:
/// `sha256=` and the hexadecimal HMAC-SHA256 of the timestamp, a full stop and the body. A status of 200 to 299 takes the rows; 400,
/// 413, 415 and 422 refuse them for good; after any other they come again. Rows may come twice: envoy, device, kind, time and
/// duration (and of an event all that it says) tell which row it is.
struct WebhookPublisher: Publisher {
    let batchLimit = 200
    private let settings: WebhookSettings
    private let client: WebClient
    private let now: @Sendable () -> Int

    /// - Parameter timeout: for a whole exchange.
    init(
        _ settings: WebhookSettings, timeout: TimeAmount = .seconds(30),
        now: @escaping @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }
    ) {
        self.settings = settings
        self.now = now
        client = WebClient(authorities: settings.authorities, timeout: timeout)
    }

    func publish(_ rows: [PublishedRow]) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try await post(Array(try encoder.encode(["rows": rows.map(RowText.init)])))
    }

    let takesAlerts = true

    func publish(alerts: [AlertChange]) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try await post(Array(try encoder.encode(["alerts": alerts.map(AlertText.init)])))
    }

    /// - Parameter body: JSON.
    func post(_ body: [UInt8]) async throws {
        let timestamp = "\(now())"
        var headers = [("Content-Type", "application/json"), ("Heliograph-Timestamp", timestamp)]
        if let secret = settings.secret {
            headers.append(("Heliograph-Signature", "sha256=" + Self.signature(of: body, timestamp: timestamp, secret: secret)))
        }
        try await client.post(settings.url, headers: headers, body: body).check()
    }

    func close() async { await client.close() }

    static func signature(of body: [UInt8], timestamp: String, secret: String) -> String {
        var code = HMAC<SHA256>(key: SymmetricKey(data: Array(secret.utf8)))
        code.update(data: Array((timestamp + ".").utf8))
        code.update(data: body)
        return code.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

extension PublishingTarget {
    public static func webhook(_ settings: WebhookSettings) -> PublishingTarget {
        PublishingTarget(name: "webhook", address: WebAddress.shown(settings.url), beginning: .nextRow) { _, _ in WebhookPublisher(settings)
        }
    }
}

enum WebAddress {
    /// A URL for people: a query may hold a secret.
    static func shown(_ url: String) -> String { url.split(separator: "?", maxSplits: 1).first.map(String.init) ?? url }
}
