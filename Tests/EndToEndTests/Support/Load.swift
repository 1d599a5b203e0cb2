import Foundation
import Simulator
import Synchronization
import TestSupport

/// Envoys that post one numbered request after another, each on a connection of its own, until told to stop;
/// and what each of them was told.
final class Load: Sendable {
    private struct State {
        var next: Int
        var sent: [Int: [UInt8]] = [:]
        var answered: [Int: EnvoyReply] = [:]
        var isStopped = false
    }

    private let state: Mutex<State>
    private let answerCount = Watched(0)
    private let seed: UInt64

    /// - Parameter first: The number of the first request.
    init(from first: Int = 0, seed: UInt64) {
        state = Mutex(State(next: first))
        self.seed = seed
    }

    var sent: [Int: [UInt8]] { state.withLock { $0.sent } }
    /// Those that got a whole reply, of whatever status.
    var answered: [Int: EnvoyReply] { state.withLock { $0.answered } }
    var next: Int { state.withLock { $0.next } }

    /// Waits for so many answers, a few seconds at most.
    func answers(_ count: Int) async -> Bool { await answerCount.wait(within: .seconds(5)) { $0 >= count } }

    func stop() { state.withLock { $0.isStopped = true } }

    /// Posts until told to stop, or until a connection fails.
    func run(against port: Int, connections: Int = 4) async throws {
        var client = try EnvoyClient(host: "127.0.0.1", port: port, transport: .tls(.v1_2))
        client.replyTimeout = .patience
        await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<connections {
                tasks.addTask { [client] in
                    while let (number, request) = self.nextRequest() {
                        // The server is killed in the middle of it, which is the point; what was answered counts.
                        guard let reply = try? await client.send(request) else { return }
                        self.state.withLock { $0.answered[number] = reply }
                        self.answerCount.change { $0 += 1 }
                    }
                }
            }
        }
    }

    private func nextRequest() -> (Int, [UInt8])? {
        state.withLock { state in
            guard !state.isStopped else { return nil }
            defer { state.next += 1 }
            let bytes = Self.request(state.next, seed: seed)
            state.sent[state.next] = bytes
            return (state.next, bytes)
        }
    }

    /// Whether the request of that number is a report.
    static func isReport(_ number: Int) -> Bool { number % 8 > 2 }

    /// Mostly small reports, some larger, and now and then one that does not fit into memory's share.
    static func request(_ number: Int, seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed &+ UInt64(number))
        switch number % 8 {
        case 0: return NumberedRequest.bytes(number, body: random.bytes(Int.random(in: 66_000...300_000, using: &random)))
        case 1, 2: return NumberedRequest.bytes(number, body: random.bytes(Int.random(in: 0...5_000, using: &random)))
        default: return NumberedRequest.bytes(number, body: PostedReport.any.body, path: "/emu_reports/performance_report")
        }
    }
}

/// What a killed or stopped proxy left, held against what was sent.
struct Aftermath {
    /// By number.
    var requests: [Int: String] = [:]
    /// The stems of those that were answered here.
    var answers: Set<String> = []
    /// What is not as it should be, in words.
    var faults: [String] = []

    /// Looks at all files with final names but those of the stems that were looked at before.
    init(of spool: URL, sent: [Int: [UInt8]], except known: Set<String> = []) throws {
        for file in SpooledFile.all(in: spool) {
            let name = file.name
            let parts = name.split(separator: ".").map(String.init)
            guard parts.count == 2 else {
                faults.append("\(name): a name of no known form")
                continue
            }
            if known.contains(parts[0]) { continue }
            let bytes = try file.contents
            switch parts[1] {
            case "request":
                guard let number = NumberedRequest.number(of: bytes), let whole = sent[number] else {
                    faults.append("\(name): a request that nobody sent, \(bytes.count) bytes")
                    continue
                }
                if bytes != whole { faults.append("\(name): \(bytes.count) of \(whole.count) bytes, or others") }
                requests[number] = parts[0]
            case "response" where !Self.isWholeReply(bytes): faults.append("\(name): not whole, \(bytes.count) bytes")
            case "xml" where bytes != PostedReport.any.xml: faults.append("\(name): not the report's XML, \(bytes.count) bytes")
            case "incomplete" where bytes.last != 10: faults.append("\(name): not whole")
            case "answer":
                answers.insert(parts[0])
                if !Self.isWholeReply(bytes) { faults.append("\(name): not whole, \(bytes.count) bytes") }
            case "response", "xml", "incomplete": break
            default: faults.append("\(name): a name of no known form")
            }
        }
    }

    /// A line that says why there is none, or a head and as many bytes as it promises.
    static func isWholeReply(_ bytes: [UInt8]) -> Bool {
        if bytes.starts(with: Array("no reply: ".utf8)) { return bytes.last == 10 }
        guard let end = NumberedRequest.headEnd(bytes) else { return false }
        let head = String(decoding: bytes[..<end], as: UTF8.self)
        let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) }
        return length == bytes.count - end
    }
}
