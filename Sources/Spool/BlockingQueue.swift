import Dispatch

/// A thread's worth of blocking work, one piece after another, away from the event loops and Swift's own threads.
struct BlockingQueue: Sendable {
    private let queue: DispatchQueue

    init(_ label: String) { queue = DispatchQueue(label: label) }

    func run<Value: Sendable, Failure: Error>(_ work: @escaping @Sendable () throws(Failure) -> Value) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result(catching: work)) }
        }
        return try result.get()
    }

    func perform(_ work: @escaping @Sendable () -> Void) async { await run(work) }

    /// Returns at once; the work follows all that was given before.
    func submit(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

    func submit(after wait: Duration, _ work: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + wait / .seconds(1), execute: work)
    }
}
