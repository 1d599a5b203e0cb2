import Foundation

/// Something that takes reports on a port: the cloud's stub itself, our proxy, or a peer.
struct Contender: Sendable {
    enum Kind: String, CaseIterable {
        case direct, heliograph, capturing, nginx, plainNginx = "nginx-plain", mitmproxy

        var title: String {
            switch self {
            case .direct: "straight to the stub"
            case .heliograph: "heliograph"
            case .capturing: "heliograph, ingest off"
            case .nginx: "nginx, new upstream connection each"
            case .plainNginx: "the same, RSA without AVX-512 IFMA"
            case .mitmproxy: "mitmproxy, capture script"
            }
        }
    }

    let kind: Kind
    let port: Int
    let program: Program
    /// Where it captures; nil where it doesn't.
    var captures: Captures?
}

extension Contender.Kind {
    /// Starts the program, in front of the stub at `cloudPort`; nil where it is not installed.
    ///
    /// - Parameters:
    ///   - executables: where our proxy and mitmdump are.
    func start(in place: Workplace, cloud: Program, cloudPort: Int, executables: Executables) throws -> Contender? {
        guard self != .direct else { return Contender(kind: self, port: cloudPort, program: cloud) }
        let port = try Ports.free()
        let output = place.url("\(rawValue).log")
        switch self {
        case .direct: return nil
        case .heliograph, .capturing:
            let data = try place.makeFolder(rawValue)
            return Contender(
                kind: self, port: port,
                program: try Program(
                    rawValue, executables.heliograph,
                    [
                        "run", "--data", data.path, "--listen", "127.0.0.1:\(port)", "--upstream", "https://localhost:\(cloudPort)",
                        "--upstream-ca", place.path("ca.pem"), "--allow-root", "yes", "--log-level", "warning", "--ingest",
                        self == .heliograph ? "on" : "off",
                    ], output: output),
                captures: Captures(folder: data.appending(path: "spool"), isArchived: self == .heliograph))
        case .nginx, .plainNginx:
            guard let nginx = Program.find("nginx"), self == .nginx || Nginx.hasIFMA else { return nil }
            let file = try place.write(Nginx.proxy(rawValue, in: place, port: port, cloudPort: cloudPort), to: "\(rawValue).conf")
            return Contender(
                kind: self, port: port,
                program: try Program(
                    rawValue, nginx, Nginx.arguments(file, place), environment: self == .nginx ? [:] : Nginx.withoutIFMA, output: output))
        case .mitmproxy:
            guard let mitmdump = executables.mitmdump else { return nil }
            let captures = try place.makeFolder("mitmproxy")
            let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "mitmproxy_capture.py").path
            return Contender(
                kind: self, port: port,
                program: try Program(
                    rawValue, mitmdump,
                    [
                        "--mode", "reverse:https://localhost:\(cloudPort)@127.0.0.1:\(port)", "--quiet",
                        "--certs", "*=\(place.path("server.pem"))", "--scripts", script,
                    ]
                        + [
                            "confdir=\(place.path("mitmproxy-settings"))", "ssl_verify_upstream_trusted_ca=\(place.path("ca.pem"))",
                            "keep_host_header=true", "flow_detail=0",
                        ].flatMap { ["--set", $0] },
                    environment: ["CAPTURES": captures.path], output: output),
                captures: Captures(folder: captures))
        }
    }
}

/// The programs that are not looked for by name alone.
struct Executables: Sendable {
    let heliograph: String
    /// nil where it is not installed.
    let mitmdump: String?
}
