import Foundation
import NIOCore

/// PVOutput's API, revision 2, as far as statuses go.
///
/// Source: <https://pvoutput.org/help/api_specification.html>, add status and add batch status services, rate limits. A key may ask 60
/// times an hour, 300 times in donation mode; how often it still may, and when the count begins anew (seconds since 1970 UTC),
/// `X-Rate-Limit-Remaining` and `X-Rate-Limit-Reset` tell whoever sends `X-Rate-Limit: 1`. A batch holds 30 statuses of the last 14 days.
struct PVOutputService: Sendable {
    /// The most statuses in one request.
    static let batchLimit = 30
    private let url: String
    private let key: String
    private let client: WebClient
    /// No request before this instant, seconds since 1970 UTC.
    private let closedUntil = Shared<Int?>(nil)

    /// - Parameter timeout: for each request.
    init(url: String, key: String, timeout: TimeAmount = .seconds(30)) {
        client = WebClient(timeout: timeout)
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.key = key
    }

    /// A status that is refused as it is, such as one with more power than a system of its size has.
    struct Refusal: Equatable {
        var status: PVOutputStatus
        var reason: String
    }

    /// Adds statuses, those that are there already anew.
    ///
    /// - Parameter statuses: at most `batchLimit`.
    /// - Returns: those that are refused for what they say; the others are taken.
    /// - Throws: `PublishError.retry`, with the time that its limits ask for; also where it refuses every one of several.
    func add(_ statuses: [PVOutputStatus], system: String) async throws -> [Refusal] {
        let refusals = try await send(statuses, system: system)
        // Who refuses everything has something else against us, and nothing may be lost by that.
        if let first = refusals.first, statuses.count > 1, refusals.count == statuses.count { throw PublishError.retry(first.reason) }
        return refusals
    }

    private func send(_ statuses: [PVOutputStatus], system: String) async throws -> [Refusal] {
        guard let first = statuses.first else { return [] }
        let answer =
            statuses.count == 1
            ? try await post("addstatus.jsp", first.items, system)
            : try await post("addbatchstatus.jsp", [("data", statuses.map(\.batchText).joined(separator: ";"))], system)
        if answer.isSuccess { return statuses.count > 1 ? Self.notAdded(of: statuses, answer) : [] }
        guard answer.status == 400 else { throw PublishError.retry(answer.summary, after: answer.retryAfter) }
        guard statuses.count > 1 else { return [Refusal(status: first, reason: answer.summary)] }
        // One bad status spoils a batch.
        let middle = statuses.count / 2
        let refusals = try await send(Array(statuses[..<middle]), system: system)
        return try await refusals + send(Array(statuses[middle...]), system: system)
    }

    /// Those that a batch's answer, `date,time,flag` for each by semicolons, says were not added: their flag is 0.
    private static func notAdded(of statuses: [PVOutputStatus], _ answer: WebAnswer) -> [Refusal] {
        let parts = String(decoding: answer.body, as: UTF8.self).split(separator: ";").map {
            $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        }
        let refused = Set(parts.filter { $0.count >= 3 && $0[2] == "0" }.map { "\($0[0]) \($0[1])" })
        return statuses.filter { refused.contains("\($0.date) \($0.time)") }.map {
            Refusal(status: $0, reason: "it took the batch without it")
        }
    }

    /// Asks for a system's description, which needs the right key.
    ///
    /// - Throws: `PublishError.retry`.
    func expect(system: String) async throws {
        let answer = try await ask { try await client.get("\(url)/service/r2/getsystem.jsp", headers: headers(system)) }
        guard answer.isSuccess else { throw PublishError.retry("of system \(system) \(answer.summary)", after: answer.retryAfter) }
    }

    func close() async { await client.close() }

    private func post(_ path: String, _ items: [(String, String)], _ system: String) async throws -> WebAnswer {
        let body = items.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
        let headers = headers(system) + [("Content-Type", "application/x-www-form-urlencoded")]
        return try await ask { try await client.post("\(url)/service/r2/\(path)", headers: headers, body: Array(body.utf8)) }
    }

    private func headers(_ system: String) -> [(String, String)] {
        [("X-Pvoutput-Apikey", key), ("X-Pvoutput-SystemId", system), ("X-Rate-Limit", "1")]
    }

    private func ask(_ send: () async throws -> WebAnswer) async throws -> WebAnswer {
        let now = Int(Date().timeIntervalSince1970)
        if let end = closedUntil.withLock({ $0 }), end > now {
            throw PublishError.retry("its limit of requests is reached", after: .seconds(min(end - now, 7_200)))
        }
        let answer = try await send()
        try noteLimit(answer, now: now)
        return answer
    }

    /// Remembers when it may be asked again.
    ///
    /// - Throws: where it does not listen until then.
    private func noteLimit(_ answer: WebAnswer, now: Int) throws {
        let remaining = answer.headers.first(name: "X-Rate-Limit-Remaining").flatMap { Int($0) }
        let reset = answer.headers.first(name: "X-Rate-Limit-Reset").flatMap { Int($0) }
        let isExceeded = answer.status == 429 || (answer.status == 403 && String(decoding: answer.body, as: UTF8.self).contains("Exceeded"))
        guard isExceeded || remaining.map({ $0 <= 0 }) == true else { return }
        // Without a word on when: an hour is the longest that it counts.
        let end = reset.flatMap { $0 > now && $0 - now <= 7_200 ? $0 : nil } ?? now + 3_600
        closedUntil.withLock { $0 = end }
        if isExceeded { throw PublishError.retry("its limit of requests is reached", after: .seconds(end - now)) }
    }

    /// For a form: what has no meaning in it stays as it is.
    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._,:;"))) ?? text
    }
}
