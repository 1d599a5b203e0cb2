import TestSupport
import Testing

/// Asks again until the answer is as wished; nil when the time is up.
func eventually<Value>(
    within limit: Duration = .patience, _ ask: () async throws -> Value, until isRight: (Value) -> Bool
) async throws -> (last: Value, isRight: Bool) {
    let end = ContinuousClock.now + limit
    while true {
        let value = try await ask()
        if isRight(value) { return (value, true) }
        if ContinuousClock.now > end { return (value, false) }
        try await Task.sleep(for: .milliseconds(30))
    }
}

/// Expects that the answer is as wished in the end.
func expectEventually<Value>(
    _ ask: () async throws -> Value, until isRight: (Value) -> Bool, at location: SourceLocation = #_sourceLocation
) async throws {
    let (last, isRight) = try await eventually(ask, until: isRight)
    #expect(isRight, "the last answer was \(last)", sourceLocation: location)
}
