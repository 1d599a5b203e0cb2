import Capture

/// What a person reads when the proxy has started: where it listens, where it writes, where it forwards, and what to do next.
struct StartNotice {
    var listening: [String]
    var settings: Settings

    var text: String {
        let capture = listening.first ?? "?"
        let port = capture.split(separator: ":").last.map(String.init) ?? "?"
        let forwards =
            switch settings.cloud {
            case .forward: "\(settings.upstream)"
            case .shield: "\(settings.upstream) (cloud: shield); the Envoy is answered here"
            case .answer: "nowhere (cloud: answer); the Envoy is answered here"
            case .off: "nowhere (cloud: off); the Envoy hears 503"
            }
        let dashboard = settings.dashboard.listen.map { "http://\($0)/" } ?? "off"
        var lines = [
            "heliograph is running",
            "  listens on    \(capture)" + (listening.count > 1 ? ", and \(listening[1]) for plain HTTP" : ""),
            "  writes to     \(settings.spool)",
            "  forwards to   \(forwards)",
            "  dashboard     \(dashboard)",
            "",
            "with an Envoy:    redirect its TCP port 443 to port \(port) of this machine, and make this machine its gateway:",
            "                  sudo heliograph gateway up --envoy ADDRESS, and docs/gateway.md",
            "without one:      in another terminal, run",
            "                  heliograph simulate envoy --to https://127.0.0.1:\(port) --reports 3",
        ]
        if settings.cloud.reachesOut, settings.upstream == .enphase {
            lines.append("                  (this sends made-up reports to Enphase; `make demo` keeps them on this machine)")
        }
        return (lines + ["", "stop with ctrl-c", ""]).joined(separator: "\n")
    }
}
