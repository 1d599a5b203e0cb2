import Archive
import Logging

/// Tells of each alert once when it is raised and once when it ends, whether the archive could keep it or not.
struct AlertLog: Sendable {
    /// What was told and has not ended.
    private(set) var open: [AlertCondition.Key: AlertCondition] = [:]
    private var hasArchive = false

    /// Takes over what an earlier run of the program has told, when the archive can first be asked.
    mutating func begin(with kept: [AlertCondition]) {
        guard !hasArchive else { return }
        hasArchive = true
        for condition in kept where open[condition.key] == nil { open[condition.key] = condition }
    }

    /// Notes what is so now, and logs what has changed.
    mutating func note(_ conditions: [AlertCondition], _ logger: Logger) {
        let keys = Set(conditions.map(\.key))
        for condition in open.values.sorted(by: { $0.detail < $1.detail }) where !keys.contains(condition.key) {
            open[condition.key] = nil
            log(condition, isEnd: true, logger)
        }
        for condition in conditions where open[condition.key] == nil {
            open[condition.key] = condition
            log(condition, isEnd: false, logger)
        }
    }

    private func log(_ condition: AlertCondition, isEnd: Bool, _ logger: Logger) {
        var metadata: Logger.Metadata = ["rule": "\(condition.key.rule.rawValue)", "detail": "\(condition.detail)"]
        if !condition.key.envoy.isEmpty { metadata["envoy"] = "\(condition.key.envoy)" }
        logger.log(level: isEnd ? .notice : .warning, isEnd ? "alert ended" : "alert", metadata: metadata)
    }
}
