import Capture
import Logging
import ServiceLifecycle
import UnixSignals

/// At SIGHUP the settings are read again, and what they say of `cloud`, `answer-after`, `other-hosts` and `deliver` holds from then on, without
/// a connection being lost. Whatever else has changed waits for the next start.
struct ReloadService: Service, CustomStringConvertible {
    let modeSwitch: ModeSwitch
    /// Those that hold, but for what this changes.
    let started: Settings
    /// Reads the settings as the start did: flags over environment over file.
    let load: @Sendable () throws -> Settings
    let logger: Logger
    var description: String { "ReloadService" }

    func run() async {
        let signals = await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown()
        for await _ in signals { reload() }
    }

    private func reload() {
        do {
            let settings = try load()
            let cloud = settings.cloud
            let isNew = modeSwitch.change(to: CloudMode.Rules(settings), by: "SIGHUP")
            if settings.afterRestart != started.afterRestart {
                logger.warning("settings were read again; some that have changed hold from the next start on")
            }
            guard modeSwitch.change(to: cloud, by: "SIGHUP") == nil, !isNew else { return }
            logger.notice(
                "settings were read again; cloud is as it was",
                metadata: [
                    "cloud": "\(cloud.rawValue)",
                    "hint": "a flag wins over the environment, and that over the file; other settings need a restart",
                ])
        } catch {
            logger.error(
                "settings can't be read; all goes on as before", metadata: ["reason": "\(error)", "hint": "heliograph config check"])
        }
    }
}

extension Settings {
    /// Without what changes while the program runs.
    fileprivate var afterRestart: Settings {
        var settings = self
        (settings.cloud, settings.answerAfter, settings.otherHosts, settings.deliver) = (.forward, nil, .forward, .never)
        return settings
    }
}
