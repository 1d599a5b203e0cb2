import Capture

/// What a person reads when the proxy has started: where it listens, where it writes, where it forwards, and what to do next.
struct StartNotice {
    var listening: [String]
    var settings: Settings
    /// How this program was called: who built it and did not install it has no other name for it.
    var program: String

    /// When the Envoy is answered here; nil for never.
    private var answers: String? {
        if settings.cloud.answersHere { return "the Envoy here (\(Settings.Cloud.experimental))" }
        guard settings.cloud == .forward, let time = settings.answerAfter else { return nil }
        return "the Envoy here when the cloud has taken no report for \(time) (\(Settings.Cloud.experimental))"
    }

    var text: String {
        let capture = listening.first ?? "?"
        let port = capture.split(separator: ":").last.map(String.init) ?? "?"
        let forwards =
            switch settings.cloud {
            case .forward: "\(settings.upstream)"
            case .shield: "\(settings.upstream) (cloud: shield)"
            case .answer: "nowhere (cloud: answer)"
            case .off: "nowhere (cloud: off); the Envoy hears 503"
            }
        let dashboard = settings.dashboard.listen.map { "http://\($0)/" } ?? "off"
        var lines = [
            "heliograph is running",
            "  listens on    \(capture)" + (listening.count > 1 ? ", and \(listening[1]) for plain HTTP" : ""),
            "  writes to     \(settings.spool)",
            "  forwards to   \(forwards)",
            "  dashboard     \(dashboard)",
        ]
        if let answers { lines.insert("  answers       \(answers)", at: 4) }
        lines += [
            "",
            "with an Envoy:    redirect its TCP port 443 to port \(port) of this machine, and make this machine its gateway:",
            "                  sudo \(program) gateway up --envoy ADDRESS, and docs/gateway.md",
        ]
        if settings.cloud.reachesOut, settings.upstream == .enphase {
            lines += [
                "without one:      `make demo`, where it was built; or start it again with `--cloud answer` added, so that nothing",
                "                  made up goes to Enphase, and in another terminal run",
            ]
        } else {
            lines += ["without one:      in another terminal, run"]
        }
        lines += ["                  \(program) simulate envoy --to https://127.0.0.1:\(port) --speed 300"]
        return (lines + ["", "stop with ctrl-c", ""]).joined(separator: "\n")
    }
}
