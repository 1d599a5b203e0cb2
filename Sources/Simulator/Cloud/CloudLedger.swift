import NIOCore
import NIOSSL
import Synchronization

/// What the cloud's connections share with their owner: how to behave, who is connected, what has come.
final class CloudLedger: Sendable {
    private struct State {
        var behaviour: CloudBehaviour
        var sslContext: NIOSSLContext?
        var kept: [ReceivedRequest] = []
        var total = 0
        var listeners: [Int: AsyncStream<ReceivedRequest>.Continuation] = [:]
        var nextListener = 0
        var connections: [ObjectIdentifier: any Channel] = [:]
        var stopped = false
    }

    private let state: Mutex<State>
    private let capacity: Int

    /// - Parameter capacity: how many requests are kept; the oldest go first.
    init(behaviour: CloudBehaviour, sslContext: NIOSSLContext?, capacity: Int) {
        self.capacity = max(0, capacity)
        state = Mutex(State(behaviour: behaviour, sslContext: sslContext))
    }

    var behaviour: CloudBehaviour {
        get { state.withLock { $0.behaviour } }
        set { state.withLock { $0.behaviour = newValue } }
    }

    /// nil for plain HTTP.
    var sslContext: NIOSSLContext? {
        get { state.withLock { $0.sslContext } }
        set { state.withLock { $0.sslContext = newValue } }
    }

    var requests: [ReceivedRequest] { state.withLock { $0.kept } }
    var total: Int { state.withLock { $0.total } }
    var connections: [any Channel] { state.withLock { Array($0.connections.values) } }

    func record(_ request: ReceivedRequest) {
        let listeners = state.withLock { state in
            state.total += 1
            state.kept.append(request)
            if state.kept.count > capacity { state.kept.removeFirst(state.kept.count - capacity) }
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.yield(request) }
    }

    func connected(_ channel: any Channel) {
        state.withLock { $0.connections[ObjectIdentifier(channel)] = channel }
    }

    func disconnected(_ channel: any Channel) {
        state.withLock { $0.connections[ObjectIdentifier(channel)] = nil }
    }

    /// What is kept, then what comes. Buffers the newest `capacity` (at least 1,000) for a slow reader.
    func arrivals() -> AsyncStream<ReceivedRequest> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ReceivedRequest.self, bufferingPolicy: .bufferingNewest(max(1000, capacity)))
        let number = state.withLock { state in
            for request in state.kept { continuation.yield(request) }
            if state.stopped { continuation.finish() }
            state.listeners[state.nextListener] = continuation
            state.nextListener += 1
            return state.nextListener - 1
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.listeners[number] = nil }
        }
        return stream
    }

    /// Ends all streams of arrivals.
    func finish() {
        let listeners = state.withLock { state in
            state.stopped = true
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
    }
}
