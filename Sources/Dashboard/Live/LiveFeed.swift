import Archive
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Tells open pages that there is something new, rows, alerts, captures or another minute, by server-sent events (WHATWG HTML, 9.2).
///
/// Archive and spool are looked at only while somebody listens. Each listener holds at most one untold event.
final class LiveFeed: Sendable {
    private struct Listeners {
        var next = 0
        var open: [Int: AsyncStream<LiveMark>.Continuation] = [:]
        var last: LiveMark?
        var isEnding = false
    }

    private let house: House
    private let pause: Duration
    private let limit: Int
    private let listeners = Mutex(Listeners())
    /// A comment now and then keeps proxies from hanging up, and finds out who has gone.
    private static let heartbeat = Duration.seconds(20)

    init(_ house: House, pause: Duration, limit: Int) {
        (self.house, self.pause, self.limit) = (house, pause, limit)
    }

    /// Looks at archive and spool from time to time until it is cancelled.
    func run() async {
        // The wait ends by cancellation.
        while (try? await Task.sleep(for: pause)) != nil {
            guard listeners.withLock({ !$0.open.isEmpty }) else { continue }
            // An archive that can't be asked now is asked again; the pages themselves show what is wrong.
            guard let mark = try? await house.mark() else { continue }
            listeners.withLock { listeners in
                guard listeners.last != mark else { return }
                listeners.last = mark
                for listener in listeners.open.values { listener.yield(mark) }
            }
            // As above.
            try? await house.keepReviews()
        }
    }

    /// Ends all streams.
    func end() {
        let open = listeners.withLock { listeners in
            listeners.isEnding = true
            return Array(listeners.open.values)
        }
        for listener in open { listener.finish() }
    }

    /// The stream for one page, until it is closed or the program ends.
    func response(to request: Request) async throws -> Response {
        // A new page begins with the present, so that it hears of what comes after it was made.
        let mark = (try? await house.mark()) ?? LiveMark()
        let (stream, continuation) = AsyncStream.makeStream(of: LiveMark.self, bufferingPolicy: .bufferingNewest(1))
        let number = listeners.withLock { listeners -> Int? in
            guard !listeners.isEnding, listeners.open.count < limit else { return nil }
            listeners.next += 1
            listeners.open[listeners.next] = continuation
            if listeners.last == nil { listeners.last = mark }
            return listeners.next
        }
        guard let number else { throw Refused(.serviceUnavailable, "too many live pages are open") }
        continuation.onTermination = { _ in self.leave(number) }
        continuation.yield(mark)
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                defer { self.leave(number) }
                // A page that was closed makes room at once, not with the next heartbeat.
                try await request.body.consumeWithInboundCloseHandler { _ in
                    try await Self.tell(stream, &writer)
                    try await writer.finish(nil)
                } onInboundClosed: {
                    continuation.finish()
                }
            })
    }

    private func leave(_ number: Int) { _ = listeners.withLock { $0.open.removeValue(forKey: number) } }

    private static func tell(_ stream: AsyncStream<LiveMark>, _ writer: inout any ResponseBodyWriter) async throws {
        let beats = AsyncStream<LiveMark?>.makeStream(bufferingPolicy: .bufferingNewest(2))
        try await withThrowingTaskGroup(of: Void.self) { group in
            // proof: one task a page, of which there are at most `limit`; it ends with the page's stream, or is cancelled below.
            group.addTask {
                for await mark in stream { beats.continuation.yield(mark) }
                beats.continuation.finish()
            }
            // proof: one task a page; it is cancelled below, and a cancelled sleep ends it.
            group.addTask {
                while (try? await Task.sleep(for: heartbeat)) != nil { beats.continuation.yield(nil) }
            }
            for await beat in beats.stream {
                let text = beat.map { "event: archive\ndata: \($0.json)\n\n" } ?? ": still here\n\n"
                try await writer.write(ByteBuffer(string: text))
            }
            group.cancelAll()
        }
    }
}
