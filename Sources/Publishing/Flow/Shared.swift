import Synchronization

/// A value that several tasks or threads use, one at a time, and that outlives the copies of those who use it.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        value.withLock { value in
            let result = body(&value)
            return result
        }
    }
}
