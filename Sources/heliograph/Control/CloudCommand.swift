import ArgumentParser
import Foundation

/// `heliograph cloud`: what happens to reports once they are captured, of the running proxy.
struct CloudCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloud", abstract: "Show or change, while heliograph runs, what happens to captured reports.",
        discussion: """
            Without a mode, shows how it is. With one, changes it for what arrives from then on; no connection is lost. It lasts until \
            heliograph ends or reads its settings again: to keep it, change `cloud` in the settings, too.

            forward: the cloud gets reports, and the Envoy the cloud's replies. off: nothing leaves the machine, and the Envoy hears 503. \
            Experimental, for what an Envoy accepts is not known for sure: shield: the cloud gets reports, and the Envoy an answer made \
            here; answer: nothing leaves the machine, and the Envoy gets an answer made here.
            """)

    @OptionGroup var options: SettingsOptions
    @Argument(help: ArgumentHelp("One of \(Settings.Cloud.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "mode"))
    var mode: String?

    func run() async throws {
        let wanted = try mode.map { text in
            guard let mode = Settings.Cloud(rawValue: text) else {
                throw Failure(
                    "there is no mode \(text)", hint: "write one of \(Settings.Cloud.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return mode
        }
        let settings = try options.load()
        let path = ControlSocket.path(settings)
        let before = ServiceAnswer.ask(path)
        let answer = wanted == nil ? before : ServiceAnswer.ask(path, changingTo: wanted)
        switch answer {
        case .notRunning:
            throw Failure(
                "heliograph is not running, as far as \(path) tells",
                hint: "name its folder with --data; for its next start, set `cloud` in the settings")
        case .unknown(let reason):
            throw Failure("the mode is unknown: \(reason)", hint: "run it as root, or as the user that heliograph runs as")
        case .running(let report):
            let now = Int(Date().timeIntervalSince1970)
            print(ServiceText(answer, HouseStatus.ownClock(isUTC: false), now: now).cloudLine)
            guard let wanted else { return }
            guard report.cloud == wanted.rawValue else { throw Failure("it stays \(report.cloud)", hint: "is it of another version?") }
            if settings.cloud != wanted { print("the settings say \(settings.cloud.rawValue), which holds again from the next start") }
        }
    }
}
