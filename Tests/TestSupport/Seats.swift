import Foundation

/// A number of seats; who finds none waits. Tests run all at once, but the programs that they start need a processor each.
public actor Seats {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    public init(_ count: Int) { free = count }

    /// Two for each processor, since most of the time a test waits for something.
    public static let forPrograms = Seats(max(3, 2 * ProcessInfo.processInfo.activeProcessorCount))

    public func take() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    public func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// Runs something that starts programs when there is a seat for it.
public func seated<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    await Seats.forPrograms.take()
    do {
        let value = try await body()
        await Seats.forPrograms.leave()
        return value
    } catch {
        await Seats.forPrograms.leave()
        throw error
    }
}
