/// Changes the machine as a plan says.
public struct Applier: Sendable {
    private let runner = CommandRunner()
    private let file: UndoFile

    public init(_ file: UndoFile) { self.file = file }

    /// Carries out a plan of `up`, whole or not at all.
    ///
    /// The record is written first: a machine that stops half-way is mended by `down`.
    /// - Throws: `rolledBack` where a change failed and those before it were taken back.
    public func up(_ plan: GatewayPlan) async throws(InterceptionError) {
        let former = try file.load()
        try file.save(plan.record)
        var done: [Change] = []
        for change in plan.changes {
            do throws(InterceptionError) {
                try await perform(change.action)
                done.append(change)
            } catch {
                var left: [String] = []
                for change in done.reversed() {
                    guard let undo = change.undo else {
                        left.append("\(change.action.firstLine) (nothing undoes it)")
                        continue
                    }
                    do throws(InterceptionError) { try await perform(undo) } catch { left.append("\(undo.firstLine) (\(error.reason))") }
                }
                if left.isEmpty { try file.save(former) }
                throw .rolledBack(change.action, reason: error.reason, left: left)
            }
        }
    }

    /// Carries out a plan of `down`: as much of it as can be done.
    ///
    /// - Throws: `notUndone`; the record stays then, so that it can be tried again.
    public func down(_ plan: GatewayPlan) async throws(InterceptionError) {
        var left: [String] = []
        for change in plan.changes {
            do throws(InterceptionError) { try await perform(change.action) } catch {
                left.append("\(change.action.firstLine) (\(error.reason))")
            }
        }
        guard left.isEmpty else { throw .notUndone(left) }
        try file.save(nil)
    }

    /// Carries out changes that are worth keeping even where a later one fails.
    ///
    /// - Throws: `commandFailed` or `notWritten` for the first that fails; what comes behind it is not tried.
    public func perform(_ changes: [Change]) async throws(InterceptionError) {
        for change in changes { try await perform(change.action) }
    }

    private func perform(_ action: Action) async throws(InterceptionError) {
        switch action {
        case .set(let sysctl, let value): try KernelSettings.set(sysctl, to: value)
        case .run(let words, let input): _ = try await runner.output(words, input: input)
        }
    }
}

extension InterceptionError {
    /// The cause alone, for a message that names the operation itself.
    fileprivate var reason: String {
        switch self {
        case .commandFailed(_, let reason), .notWritten(_, let reason): reason
        default: "\(self)"
        }
    }
}
