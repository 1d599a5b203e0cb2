import Capture
import Foundation
import Logging

/// Changes what happens to requests, and says so.
struct ModeSwitch: Sendable {
    let mode: CloudMode
    let logger: Logger

    /// - Parameter reason: by what it is changed.
    /// - Returns: what it was; nil where it was the same.
    @discardableResult func change(to cloud: Settings.Cloud, by reason: String) -> Settings.Cloud? {
        guard let former = mode.change(to: cloud, at: Int(Date().timeIntervalSince1970)) else { return nil }
        logger.notice("cloud mode changed", metadata: ["from": "\(former.rawValue)", "to": "\(cloud.rawValue)", "by": "\(reason)"])
        warn(of: mode.value)
        return former
    }

    /// - Returns: whether that is new.
    func change(to rules: CloudMode.Rules, by reason: String) -> Bool {
        guard mode.change(to: rules) else { return false }
        logger.notice(
            "rules beside the cloud mode changed",
            metadata: [
                "by": "\(reason)", "answer_after_seconds": "\(rules.answerAfterSeconds.map(String.init) ?? "never")",
                "other_hosts": "\(rules.otherHosts.rawValue)", "deliver": "\(rules.deliversLater ? "later" : "never")",
            ])
        warn(of: mode.value)
        return true
    }

    /// Says where what we do has not been tried with enough Envoys.
    func warn(of moment: CloudMode.Value) {
        let seconds = moment.cloud == .forward ? moment.rules.answerAfterSeconds : nil
        guard moment.cloud.answersHere || seconds != nil else { return }
        var facts: Logger.Metadata = [
            "cloud": "\(moment.cloud.rawValue)",
            "hint": "what an Envoy accepts is known from one reply only; see whether it goes on reporting",
        ]
        facts["answer_after_seconds"] = seconds.map { "\($0)" }
        logger.warning("answering in the cloud's place is experimental", metadata: facts)
    }
}

extension CloudMode.Rules {
    init(_ settings: Settings) {
        self.init()
        answerAfterSeconds = settings.answerAfter.map { $0.milliseconds / 1_000 }
        otherHosts = settings.otherHosts
        deliversLater = settings.deliver == .later
    }
}
