import Dispatch
import Synchronization

/// A value that changes on other threads, and that a test can wait for instead of sleeping.
public final class Watched<Value: Sendable>: Sendable {
    private struct Waiter: Sendable {
        var condition: @Sendable (Value) -> Bool
        var continuation: CheckedContinuation<Bool, Never>
    }
    private struct State: Sendable {
        var value: Value
        var waiters: [Int: Waiter] = [:]
        var next = 0
    }

    private let state: Mutex<State>

    public init(_ value: Value) { state = Mutex(State(value: value)) }

    public var value: Value { state.withLock { $0.value } }

    public func change(_ body: (inout Value) -> Void) {
        let met = state.withLock { state in
            body(&state.value)
            let value = state.value
            let met = state.waiters.filter { $0.value.condition(value) }
            for key in met.keys { state.waiters[key] = nil }
            return met
        }
        for waiter in met.values { waiter.continuation.resume(returning: true) }
    }

    /// Returns true as soon as the condition holds, false when the time is up.
    public func wait(within limit: Duration = .patience, until condition: @escaping @Sendable (Value) -> Bool) async -> Bool {
        await withCheckedContinuation { continuation in
            let key: Int? = state.withLock { state in
                if condition(state.value) { return nil }
                state.next += 1
                state.waiters[state.next] = Waiter(condition: condition, continuation: continuation)
                return state.next
            }
            guard let key else { return continuation.resume(returning: true) }
            DispatchQueue.global().asyncAfter(deadline: .now() + limit / .seconds(1)) {
                self.state.withLock { $0.waiters.removeValue(forKey: key) }?.continuation.resume(returning: false)
            }
        }
    }
}

/// For what nobody tells of, such as a file that appears: looks again and again until the condition holds or the time is up.
public func eventually(within limit: Duration = .patience, _ condition: () throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + limit
    while try !condition() {
        guard ContinuousClock.now < end else { return false }
        try await Task.sleep(for: .milliseconds(5))
    }
    return true
}
